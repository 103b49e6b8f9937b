"""X and Z on paper: by the printer and the row of prints that receipts have, in both languages, copies marked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from edge_agent.domain.day import commands as day
from edge_agent.domain.day import prints
from edge_agent.domain.paper import width
from popshop.commands import report
from popshop.console import UserError
from tests.edge_live import LiveAgent, eventually
from tests.integration.test_edge_printer import Paper, ask, paper, shop

__all__ = ["paper"]


def close(live: LiveAgent) -> None:
    assert live.do(day.CloseDay(live.key(), uncounted=True)).refusal is None


def test_a_z_is_printed_once_and_then_as_a_copy_and_an_x_says_until_when_it_counts(
    tmp_path: Path, paper: Paper
) -> None:
    with shop(tmp_path / "s", paper) as live:
        live.sell("A1", 2)
        assert ask(live, prints.name_of(0)) is None
        x = paper.next().text
        assert "X 报表（未日结）" in x
        assert "截至 As of" in x
        assert "日结" not in x.replace("未日结", "")
        close(live)
        assert ask(live, prints.name_of(1)) is None
        z = paper.next()
        assert "Z 报表 1" in z.text
        assert "Z report 1" in z.text
        assert "COPY" not in z.text
        assert "日结 Closed" in z.text
        assert "时区 Time zone" in z.text
        assert "累计营业额 Grand total" in z.text
        assert z.cut
        eventually(lambda: not live.queries.print_jobs())
        assert ask(live, prints.name_of(1)) is None
        assert "副本 COPY 1" in paper.next().text
        assert ask(live, prints.name_of(0)) is None
        assert "COPY" not in paper.next().text


def test_a_report_waits_for_paper_over_a_restart_and_fits_a_narrow_roll(tmp_path: Path, paper: Paper) -> None:
    paper.server.trouble = "paper_out"
    with shop(tmp_path / "s", paper, profile="gb18030-58") as live:
        live.sell("A1")
        close(live)
        assert ask(live, prints.name_of(1)) is None
        eventually(lambda: live.agent.printer is not None and live.agent.printer.trouble == "paper_out")
        assert [job["receipt"] for job in live.queries.print_jobs()] == ["report:z:1"]
    paper.server.trouble = ""
    with shop(tmp_path / "s", paper, profile="gb18030-58"):
        slip = paper.next()
        assert "Z report 1" in slip.text
        assert max(map(width, slip.lines)) <= 32


def test_only_staff_print_reports_and_only_those_there_are(tmp_path: Path, paper: Paper) -> None:
    with shop(tmp_path / "s", paper) as live:
        refused = ask(live, prints.name_of(0), by="kiosk")
        assert refused is not None
        assert refused.code == "unknown_receipt"
        for name, code in (
            ("report:z:3", "unknown_z"),
            ("report:z:0", "unknown_receipt"),
            ("report:z:-1", "unknown_receipt"),
        ):
            refused = ask(live, name)
            assert refused is not None
            assert refused.code == code
        assert live.queries.print_jobs() == []


def test_reports_are_printed_from_the_command_line(
    tmp_path: Path, paper: Paper, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "s"
    with shop(data, paper, serve=True) as live:
        (data / "address.json").write_text(json.dumps({"url": live.url}))
        live.sell("A1")
        report.x(data, on_paper=True, json=True)
        assert "X report (so far)" in paper.next().text
        report.z(data, 0, close=True, uncounted=True, on_paper=True, json=True)
        assert "Z report 1" in paper.next().text
        capsys.readouterr()
        report.z(data, 1, close=False, uncounted=False, on_paper=True, json=False)
        assert "副本 COPY 1" in paper.next().text
        assert "Time zone" in capsys.readouterr().out
        kiosk = {"Authorization": f"Bearer {live.agent.access.kiosk_token}", "Idempotency-Key": "k"}
        assert requests.post(f"{live.url}/api/day/x/print", headers=kiosk, timeout=5).status_code == 403


def test_without_a_printer_a_report_says_so(tmp_path: Path) -> None:
    data = tmp_path / "s"
    with LiveAgent(data, None, serve=True) as live:
        (data / "address.json").write_text(json.dumps({"url": live.url}))
        with pytest.raises(UserError, match="no receipt printer"):
            report.x(data, on_paper=True, json=True)
