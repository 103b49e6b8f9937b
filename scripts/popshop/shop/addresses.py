"""Reads a broker's address, and asks a headquarters by its own: for whatever command needs either."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote, urlsplit

import requests

from hardware.link import BrokerAddress
from popshop.console import UserError

HQ_ANSWER_TIMEOUT_S: Final = 60.0
BROKER_VARIABLE: Final = "POPSHOP_BROKER"
"""A broker's address from the environment: what stands in a command line is for everybody on the computer to read."""


def read_broker(url: str) -> BrokerAddress:
    """Read mqtt://user:password@host:port. Raises UserError, which does not repeat the password."""
    parts = urlsplit(url)
    if parts.scheme != "mqtt" or not parts.hostname:
        raise UserError(f"{parts.scheme or 'no'} address: write mqtt://user:password@host:port")
    return BrokerAddress(
        host=parts.hostname,
        port=parts.port or 1883,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def broker_address(at: BrokerAddress) -> dict[str, str]:
    """The environment that gives a command this broker."""
    return {BROKER_VARIABLE: f"mqtt://{at.user}:{at.password}@{at.host}:{at.port}"}


def ask_hq(url: str, password: str, path: str) -> dict[str, Any]:
    """Ask headquarters' API for something, as its administrator."""
    headers = {"Authorization": f"Bearer {password}"}
    response = requests.get(url + path, headers=headers, timeout=HQ_ANSWER_TIMEOUT_S)
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    return found
