"""Who this store is to headquarters: `identity.json`, made by joining with a one-time code.

The machine's mark is not in it: this file is in every copy of the folder (see `witness_file`).
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import requests

from cloud_sync.protocol.envelope import UNREADABLE
from cloud_sync.protocol.session import JOIN_PATH, JoinReply, JoinRequest

FILE = "identity.json"
STORE_FILE = "store.db"
"""The journal, and the tables derived from it."""
LOCK_FILE = "agent.lock"
"""Held by whoever works on the folder: an agent, or a store that joins again."""
ADDRESS_FILE = "address.json"
"""Where a running agent answers, for programs that were told its folder only."""


class CannotJoin(Exception):
    """Joining did not work; the text says why and what to do."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A store's name, place and secret. `hq_url` is empty for a store that stands alone."""

    store: str
    name: str
    timezone: str
    currency: str
    epoch: int = 1
    token: str = ""
    hq_url: str = ""


def load(folder: Path) -> Identity | None:
    """The identity kept in the folder; None before joining."""
    path = folder / FILE
    return msgspec.json.decode(path.read_bytes(), type=Identity) if path.exists() else None


def save(folder: Path, identity: Identity) -> None:
    """Keep it, readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{FILE}.new"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(identity)))
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / FILE)


def join(code: str, epoch: int = 0, machine: str = "") -> Identity:
    """Show headquarters a code `XXXX-XXXX-XXXX@http://…` and become its store. Raises CannotJoin.

    `epoch` is the highest that this store knows, `machine` the mark of the machine it will run on. Nothing is saved.
    """
    secret, at, url = code.strip().partition("@")
    if not at or not url.startswith(("http://", "https://")):
        raise CannotJoin(
            "a code looks like XXXX-XXXX-XXXX@http://host:port; copy it whole from `popshop hq enrol`"
        )
    asked = JoinRequest(code=secret, epoch=epoch, machine=machine)
    try:
        response = requests.post(
            url.rstrip("/") + JOIN_PATH,
            data=msgspec.json.encode(asked),
            timeout=15,
            headers={"Content-Type": "application/json"},
        )
    except requests.RequestException as error:
        raise CannotJoin(
            f"headquarters at {url} does not answer ({type(error).__name__}); is it running?"
        ) from None
    if response.status_code != 200:
        raise CannotJoin(f"headquarters refused the code: {_message(response.content)}")
    try:
        reply = msgspec.json.decode(response.content, type=JoinReply)
    except UNREADABLE:
        raise CannotJoin(f"what answers at {url} is no headquarters; check the code's address") from None
    return Identity(
        store=reply.store,
        name=reply.name,
        timezone=reply.timezone,
        currency=reply.currency,
        epoch=reply.epoch,
        token=reply.token,
        hq_url=url.rstrip("/"),
    )


def _message(content: bytes) -> str:
    try:
        return str(msgspec.json.decode(content)["message"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return content[:200].decode(errors="replace")
