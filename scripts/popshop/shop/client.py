"""A staff member's hands on the agent's HTTP API, for programs: a key per deed, the same key when asked again."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter

from popshop.clock import steady_s

JSON = dict[str, Any]

TIMEOUT_S: Final = 30.0


class AgentRefused(Exception):
    """The shop's rules say no; `code` is the refusal's."""

    def __init__(self, status: int, content: JSON) -> None:
        self.code = str(content.get("code", status))
        super().__init__(f"{self.code}: {content.get('message_en', '')} {content.get('detail', '')}".strip())


class StaffClient:
    """Calls one agent. With `patience_s`, waits for an agent that is away and asks again with the same key."""

    def __init__(self, url: str, token: str, *, patience_s: float = 0.0, connections: int = 10) -> None:
        self._url = url
        self._patience_s = patience_s
        self._session = requests.Session()
        self._session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=connections))
        self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def __enter__(self) -> StaffClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, path: str) -> JSON:
        """Read something."""
        return self._call("GET", path, None, "")

    def post(self, path: str, body: JSON | None, key: str) -> JSON:
        """Do something once, whatever happens to the answer."""
        return self._call("POST", path, body, key)

    def _call(self, method: str, path: str, body: JSON | None, key: str) -> JSON:
        give_up_s = steady_s() + self._patience_s
        while True:
            try:
                response = self._session.request(
                    method, self._url + path, json=body, headers={"Idempotency-Key": key}, timeout=TIMEOUT_S
                )
            except requests.RequestException:
                if steady_s() >= give_up_s:
                    raise
                time.sleep(0.1)
                continue
            content: JSON = response.json()
            if response.ok:
                return content
            if response.status_code == 503 and content.get("code") == "busy" and steady_s() < give_up_s:
                time.sleep(0.1)
                continue
            raise AgentRefused(response.status_code, content)

    # ── the deeds ───────────────────────────────────────────────────────────────────────────────────

    def list_items(self, items: list[JSON], key: str = "catalogue") -> None:
        """Import a catalogue."""
        self.post("/api/catalogue", {"items": items}, key)

    def plan(self, slots: list[JSON], key: str = "planogram") -> None:
        """Import a planogram."""
        self.post("/api/planogram", {"slots": slots}, key)

    def plan_labels(self, labels: list[JSON], key: str = "labels") -> None:
        """Say which electronic label shows which product."""
        self.post("/api/labels", {"labels": labels}, key)

    def place_order(
        self, lines: list[JSON], *, key: str, channel: str = "staff", device: str = "", pay: str = ""
    ) -> JSON:
        """Order for a shopper; with `pay`, a method, ask for the money in the same breath."""
        body: JSON = {"channel": channel, "device": device, "lines": lines, "pay": pay}
        return self.post("/api/orders", body, key)

    def pay(self, order: str, method: str, *, key: str) -> JSON:
        """Ask for the money; `counter` says that it was taken by hand."""
        return self.post(f"/api/orders/{order}/payments", {"method": method}, key)

    def order(self, order: str) -> JSON:
        """One order now."""
        return self.get(f"/api/orders/{order}")

    def totals(self) -> JSON:
        """The store's own sums."""
        return self.get("/api/totals")

    def snapshot(self) -> JSON:
        """All entities."""
        return self.get("/api/snapshot")

    def wait_until_ready(self, devices: list[str], timeout_s: float = 30.0) -> None:
        """Wait until these devices say they are ready. Raises TimeoutError naming the first that is not."""
        give_up_s = steady_s() + timeout_s
        while True:
            seen = self.snapshot()["entities"].get("device", {})
            missing = [d for d in devices if seen.get(d, {}).get("status") != "ready"]
            if not missing:
                return
            if steady_s() > give_up_s:
                raise TimeoutError(f"{missing[0]} is not ready")
            time.sleep(0.05)
