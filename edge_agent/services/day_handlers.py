"""Per command about the day: load what the rule needs, decide."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from edge_agent.domain import commands
from edge_agent.domain.day import commands as day
from edge_agent.domain.day import rules as day_rules
from edge_agent.services.ports import Reader
from edge_agent.services.rules import Handler, Outcome, Rules


def _open(r: Reader, c: day.OpenDrawer, now: datetime, rules: Rules) -> Outcome:
    return day_rules.open_drawer(r.drawer_floated(c.drawer), r.currency(), c)


def _move(r: Reader, c: day.MoveCash, now: datetime, rules: Rules) -> Outcome:
    return day_rules.move(r.currency(), c)


def _count(r: Reader, c: day.CountDrawer, now: datetime, rules: Rules) -> Outcome:
    return day_rules.count(r.day(), r.currency(), c)


def _take_over(r: Reader, c: day.TakeOver, now: datetime, rules: Rules) -> Outcome:
    return day_rules.take_over(c)


def _close(r: Reader, c: day.CloseDay, now: datetime, rules: Rules) -> Outcome:
    return day_rules.close(r.day(), r.day_covers(), r.open_cases(), c, now)


DAY_HANDLERS: Final[dict[type[commands.Command], Handler]] = {
    day.OpenDrawer: _open,
    day.MoveCash: _move,
    day.CountDrawer: _count,
    day.TakeOver: _take_over,
    day.CloseDay: _close,
}
