"""The messages of a device's presence, from what it is and how it is. Pure."""

from __future__ import annotations

from hardware.behaviour import Condition, Identity
from hardware.messages import Describe, State, encode


def birth(identity: Identity, boot: str) -> bytes:
    """The `describe` message of this boot."""
    return encode(
        Describe(
            kind=identity.kind,
            model=identity.model,
            serial=identity.serial,
            firmware=identity.firmware,
            boot=boot,
            capabilities=identity.capabilities,
        )
    )


def state(condition: Condition, boot: str, at: str) -> bytes:
    """The `state` message; `at` is the device's clock (RFC 3339)."""
    return encode(
        State(
            status=condition.status,
            boot=boot,
            faults=list(condition.faults),
            readings=dict(condition.readings),
            at=at,
        )
    )


def last_will(boot: str) -> bytes:
    """The `state` message that the broker publishes when the device is gone without a word."""
    return encode(State(status="lost", boot=boot))
