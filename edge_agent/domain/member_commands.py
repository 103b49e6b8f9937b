"""What can be asked about members."""

from __future__ import annotations

from dataclasses import dataclass

from edge_agent.domain.commands import Command


@dataclass(frozen=True, slots=True)
class MemberShown(Command):
    """Somebody showed a member's code (`text`, as it was read) at a device; `visit` is theirs from here on."""

    device: str
    visit: str
    text: str
