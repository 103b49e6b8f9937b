"""The scale's claims on shelves it has never seen: right answers, soon, and far faster than the plates speak."""

from popshop.bench import shelf


def test_hands_on_unseen_shelves_are_understood_soon_and_cheaply() -> None:
    seen = shelf.run(77_001, seeds=6, minutes=1.5)
    assert seen.events > 200, seen
    assert seen.share_right >= 0.95, seen  # 0.97 and more over many; this is a handful
    assert seen.latency_ms["p50"] < 50, seen
    assert seen.invented <= 0.06 * seen.events, seen
    # A minute of twelve plates in less than a second, or within twenty bare loops on a machine that is busy.
    assert seen.realtime_factor > 60 or seen.realtime_factor > seen.bare_loop_realtime_factor / 20, seen
