"""The contract's MQTT topics: `popshop/1/{store}/{device}/{leaf}`, built and parsed here only."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Leaf = Literal["describe", "state", "report", "ack", "command"]

ROOT: Final = "popshop/1"
FROM_DEVICE: Final[tuple[Leaf, ...]] = ("describe", "state", "report")
TO_DEVICE: Final[tuple[Leaf, ...]] = ("ack", "command")


class Topic(NamedTuple):
    """A parsed topic."""

    store: str
    device: str
    leaf: str


def topic(store: str, device: str, leaf: Leaf) -> str:
    """The topic of one device's leaf."""
    return f"{ROOT}/{store}/{device}/{leaf}"


def every_device(store: str, leaf: Leaf) -> str:
    """The subscription for one leaf of all of a store's devices."""
    return f"{ROOT}/{store}/+/{leaf}"


def parse(text: str) -> Topic | None:
    """Read a topic of ours; None when it is not one."""
    parts = text.split("/")
    if len(parts) != 5 or "/".join(parts[:2]) != ROOT:
        return None
    return Topic(parts[2], parts[3], parts[4])
