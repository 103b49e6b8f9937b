"""A day over the agent's API and `popshop report`: closed by the running agent, read while it runs and when not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from popshop.commands import report
from popshop.console import UserError
from tests.edge_live import LiveAgent


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_a_day_is_closed_by_the_agent_and_read_from_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "store"
    with LiveAgent(data, None, serve=True) as agent:
        token = json.loads((data / "credentials.json").read_text())["staff_token"]

        def post(path: str, body: dict[str, Any], key: str) -> requests.Response:
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
            return requests.post(agent.url + path, json=body, headers=headers, timeout=10)

        assert post("/api/day/close", {}, "early").json()["code"] == "day_not_open"
        assert post("/api/day/open", {"float_minor": 20_000}, "o").status_code == 200
        moved = {"kind": "paid_out", "amount_minor": 250, "reason": "milk"}
        assert post("/api/day/cash", moved, "m").json()["moves"][0]["amount_minor"] == 250
        assert post("/api/day/close", {}, "uncounted").json()["code"] == "drawer_uncounted"
        counted = post("/api/day/count", {"counted_minor": 19_700, "denominations": {"100": 197}}, "c")
        assert counted.json()["counts"][0]["over_minor"] == -50
        taken = post("/api/day/take-over", {"from_staff": "7", "to_staff": "9"}, "t")
        assert taken.json()["holders"][0]["staff"] == "9"

        report.x(data, json=True)
        assert told(capsys)["cash"]["over_minor"] == -50
        (data / "address.json").write_text(json.dumps({"url": agent.url}))
        with pytest.raises(UserError, match="no Z report yet"):
            report.z(data, 0, close=False, uncounted=False, json=True)
        report.z(data, 0, close=True, uncounted=False, json=True)
        closed = told(capsys)
        assert (closed["kind"], closed["z"], closed["cash"]["expected_minor"]) == ("z", 1, 19_750)
        with pytest.raises(UserError, match="nothing to close"):
            report.z(data, 0, close=True, uncounted=False, json=True)
        headers = {"Authorization": f"Bearer {token}"}
        assert requests.get(f"{agent.url}/api/day/z/1", headers=headers, timeout=10).json() == closed
        assert requests.get(f"{agent.url}/api/day/z/2", headers=headers, timeout=10).status_code == 404
        assert requests.get(f"{agent.url}/api/day/x", timeout=10).status_code == 401
    before = (data / "store.db").read_bytes()
    report.z(data, 1, close=False, uncounted=False, json=True)
    assert told(capsys) == closed
    report.x(data, json=False)
    assert "Grand total" in capsys.readouterr().out
    assert (data / "store.db").read_bytes() == before
    with pytest.raises(UserError, match="must run to print"):
        report.z(data, 1, close=False, uncounted=False, on_paper=True, json=True)
    with pytest.raises(UserError, match="must run to close"):
        report.z(data, 0, close=True, uncounted=False, json=False)
