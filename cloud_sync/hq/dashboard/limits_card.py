"""Pure: the card of what a store may take while offline: what counts, and where it comes from."""

from __future__ import annotations

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, named, word
from cloud_sync.hq.offline_limits import MethodLimit, StoreLimits


def render(language: Language, found: StoreLimits, zone: str) -> str:
    """A row per way of paying, with its two buttons."""
    headings = [
        (word(language, "limit_method"), ""),
        (word(language, "limit_payment"), "number"),
        (word(language, "limit_total"), "number"),
        ("", "tight"),
    ]
    hint = word(language, "limits_how" if found.heard else "limits_unheard")
    kind = "sub" if found.heard else "sub waits"
    rows = (_row(language, found, limit, zone) for limit in found.limits)
    return f'<p class="{kind}">{hint}</p>{parts.table(headings, rows)}'


def _row(language: Language, found: StoreLimits, limit: MethodLimit, zone: str) -> tuple[str, ...]:
    where = word(language, "limit_default")
    if not limit.default:
        where = word(language, "limit_laid_down", parts.clock_time(limit.set_at, zone))
    why = f" · {parts.text(limit.why)}" if limit.why else ""
    asked = {"store": found.store, "method": limit.method, "back": f"/stores/{found.store}"}
    acts = parts.button(language, "offline-limit", "small", **asked)
    if not limit.default:
        acts += parts.button(language, "limit-default", "small", **asked)
    return (
        f'{parts.text(named(language, "method", limit.method))}<div class="sub">{where}{why}</div>',
        amount(language, limit.payment_minor, found.currency),
        amount(language, limit.total_minor, found.currency) if limit.payment_minor else parts.nothing(),
        f'<div class="buttons">{acts}</div>',
    )


def amount(language: Language, minor: int | None, currency: str) -> str:
    """A limit for a person: an amount, none at all, or no limit."""
    if minor is None:
        return word(language, "limit_endless")
    return parts.money(minor, currency) if minor else word(language, "limit_none")
