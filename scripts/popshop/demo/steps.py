"""What people in the demo do, step by step. A visit is a generator of steps: pure, so that one seed plays one day.

Whoever runs it carries each step out and sends the answer back in (see `popshop.demo.crowd`).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass. `real`: as the clock goes, however fast the demo is played."""

    seconds: float
    real: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """See what every screen shows; the answer is the snapshot's entities."""


@dataclass(frozen=True, slots=True)
class Call:
    """Ask the agent. Answered with its JSON, or with a Refused. Without a body it reads, with one it changes."""

    path: str
    body: JSON | None = None
    key: str = ""
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask headquarters, as its administrator or, under /v1/online/, as the online shop. As with a Call."""

    path: str
    body: JSON | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """Send a page's form, as a phone does when a button is pressed. Answered with the text of the page that follows."""

    url: str
    form: dict[str, str]


@dataclass(frozen=True, slots=True)
class Tell:
    """Let something happen to a device, in the words of `popshop device simulate`."""

    device: str
    line: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The shop's rules said no."""

    code: str


Step = Wait | Look | Call | Ask | Press | Tell
Visit = Generator[Step, Any, None]
