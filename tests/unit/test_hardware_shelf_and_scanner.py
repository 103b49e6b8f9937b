"""What a cloud shelf and a scanner tell, by their simulators."""

from __future__ import annotations

from random import Random

import pytest

from hardware.behaviour import Behaviour, CommandGiven, Input, Say
from hardware.messages import CodeScanned, Command, CommandRefused, LabelShown, Report
from hardware.scanner.port import CodeHeldUp
from hardware.scanner.simulator import ScannerSimulator
from hardware.shelf.port import Habits, Plate, ShopperCame
from hardware.shelf.simulator import ShelfSimulator

PLATES = [
    Plate(plate="p1", item="TEA", weight_g=120.0, label="l1"),
    Plate(plate="p2", item="CUP", weight_g=310.0),
]


def shelf(seed: int = 1, **habits: float) -> ShelfSimulator:
    return ShelfSimulator(PLATES, rng=Random(seed), habits=Habits(**habits))


def told(device: Behaviour, now_s: float, *inputs: Input) -> list[Report]:
    return [out.report for out in device.update(now_s, inputs).outputs if isinstance(out, Say)]


def command(**fields: object) -> CommandGiven:
    return CommandGiven(Command(id="c1", expires_at="", **fields), 99.0)  # type: ignore[arg-type]


def an_hour(device: ShelfSimulator) -> list[tuple[float, Report]]:
    wake_s = device.start(0.0).wake_s
    seen: list[tuple[float, Report]] = []
    while wake_s is not None and wake_s < 3_600:
        update = device.update(wake_s, [])
        seen += [(wake_s, out.report) for out in update.outputs if isinstance(out, Say)]
        wake_s = update.wake_s
    return seen


def test_a_shopper_is_seen_first_and_looks_for_as_long_as_the_exposure_says() -> None:
    device = shelf(touch_chance=1.0, pick_up_chance=1.0, put_back_chance=1.0)
    assert [report.NAME for report in told(device, 0.0, ShopperCame())] == ["person_sensed"]
    names = [report.NAME for report in told(device, 1_000.0)]
    assert names == ["item_touched", "item_picked_up", "item_put_back", "exposure"]


def test_the_same_seed_gives_the_same_hour() -> None:
    first, second, other = (an_hour(shelf(seed, arrive_every_s=30)) for seed in (1, 1, 2))
    assert first == second != other
    assert 80 < sum(report.NAME == "person_sensed" for _, report in first) < 160


def test_nothing_is_put_back_that_was_not_picked_up() -> None:
    names = [report.NAME for _, report in an_hour(shelf(arrive_every_s=10))]
    assert 0 < names.count("item_put_back") < names.count("item_picked_up")


def test_a_label_shows_the_newest_price_and_keeps_it_against_an_older_one() -> None:
    device = shelf()
    price = {"kind": "set_label", "label": "l1", "item": "TEA"}
    newest = LabelShown(label="l1", item="TEA", price_minor=450, version=7)
    assert told(device, 0.0, command(**price, price_minor=450, version=7)) == [newest]
    assert told(device, 1.0, command(**price, price_minor=400, version=6)) == [newest]
    device.start(2.0)
    assert told(device, 3.0, command(**price, price_minor=400, version=6)) == [newest]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "set_label", "label": "nowhere"}, "unknown_slot"),
        ({"kind": "light", "plate": "nowhere"}, "unknown_slot"),
        ({"kind": "vend", "slot": "p1"}, "unsupported"),
    ],
)
def test_a_shelf_refuses_what_it_cannot_do(fields: dict[str, str], reason: str) -> None:
    assert told(shelf(), 0.0, command(**fields)) == [CommandRefused(command_id="c1", reason=reason)]


def test_a_code_is_reported_once_while_it_is_held_up_and_again_when_it_comes_back() -> None:
    scanner, code = ScannerSimulator(), CodeHeldUp("EAN-13", "6901234567892")
    scanner.start(0.0)
    seen = [told(scanner, at_s, code) for at_s in (1.0, 1.5, 2.0, 5.0)]
    assert seen == [[CodeScanned(symbology="EAN-13", text="6901234567892")], [], [], seen[0]]


def test_a_scanner_is_no_vending_machine() -> None:
    assert told(ScannerSimulator(), 0.0, command(kind="vend")) == [
        CommandRefused(command_id="c1", reason="unsupported")
    ]
