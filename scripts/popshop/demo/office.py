"""Asks headquarters, as its administrator or as the online shop. Each call is one try."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import requests

from popshop.demo.crowd import Away
from popshop.demo.online import SELLER
from popshop.demo.steps import Ask, Refused

TIMEOUT_S: Final = 10.0
ONLINE: Final = "/v1/online/"


class Office:
    """`url` and `password` are asked for at each call: headquarters may have been started anew."""

    def __init__(self, where: Callable[[], tuple[str, str]]) -> None:
        self._where = where
        self._session = requests.Session()
        self._seller_token = ""

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def let_seller_in(self) -> None:
        """Get the online shop its token. Raises Away."""
        self._seller_token = self.ask(Ask("/api/sellers", {"name": SELLER}))["token"]

    def ask(self, step: Ask) -> Any:
        """Headquarters' answer, or a Refused. Raises Away while it does not answer or cannot."""
        url, password = self._where()
        token = self._seller_token if step.path.startswith(ONLINE) else password
        method = "GET" if step.body is None else "POST"
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": step.key} if step.key else {})
        try:
            answer = self._session.request(
                method, url + step.path, json=step.body, headers=headers, timeout=TIMEOUT_S
            )
            if answer.status_code < 500:
                content = answer.json()
                return content if answer.ok else Refused(str(content.get("code", answer.status_code)))
        except requests.RequestException as error:
            raise Away from error
        raise Away
