"""`popshop device code`: one text or a stream of them, for a person or a program, and never a payment code's digits."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from cloud_sync.protocol.codes.meaning import Context, Word
from cloud_sync.protocol.codes.own_codes import Content, mint
from popshop.commands import _device_code
from popshop.console import UserError

KEY = bytes(range(32))
PAYMENT = "134567890123456789"

app = typer.Typer()
app.command()(_device_code.code)


def run(*words: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(app, list(words), input=given)


def answer(*words: str) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def refusal(*words: str) -> str:
    done = run(*words)
    assert isinstance(done.exception, UserError)
    return str(done.exception)


def test_the_answer_of_a_product_is_its_number_and_nothing_else():
    assert answer("4006381333931") == {"meaning": "gtin", "gtin14": "04006381333931", "ais": {}, "error": ""}


def test_the_answer_of_gs1_data_has_every_identifier():
    assert answer("(01)09506000134352(17)261231(10)ABC") == {
        "meaning": "gs1",
        "gtin14": "09506000134352",
        "ais": {"01": "09506000134352", "17": "261231", "10": "ABC"},
        "error": "",
    }


def test_symbology_and_context_decide_what_the_text_cannot():
    assert answer("04252614", "--symbology", "UPC-E")["gtin14"] == "00042100005264"
    assert answer("106141412345678908")["meaning"] == "payment_code"
    assert answer("106141412345678908", "--context", "goods_in")["ais"] == {"00": "106141412345678908"}


@pytest.mark.parametrize(
    "words", [(), ("--json",), ("--symbology", "EAN-13"), ("--context", "product", "--json")]
)
def test_a_payment_code_is_never_repeated(words):
    done = run(PAYMENT, *words)
    assert done.exit_code == 0
    assert PAYMENT[2:-2] not in done.output


def test_every_line_is_answered_by_one_line():
    lines = [
        b"4006381333931",
        b"",
        b"caf\xe9",
        b"]C10109506000134352\x1d10A\r",
        PAYMENT.encode(),
        b"x" * 200_000,
        b"HELLO",
    ]
    done = run("--stdin", given=b"\n".join(lines))
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["meaning"] for row in told] == [
        "gtin",
        *["unknown"] * 2,
        "gs1",
        "payment_code",
        *["unknown"] * 2,
    ]
    assert [bool(row["error"]) for row in told] == [False, True, True, False, False, True, False]
    assert told[3]["ais"] == {"01": "09506000134352", "10": "A"}
    assert PAYMENT not in done.stdout


def test_no_lines_are_answered_by_none():
    assert run("--stdin").stdout == ""


def test_a_text_and_a_stream_at_once_or_neither_is_refused():
    assert "one text, or --stdin" in refusal()
    assert "one text, or --stdin" in refusal("x", "--stdin")


@pytest.mark.parametrize(
    ("option", "there_is"), [("--symbology", "Moonbar"), ("--context", "goods_in, kiosk")]
)
def test_from_a_symbology_or_context_nobody_knows_nothing_is_concluded_and_that_is_said(option, there_is):
    done = run("4006381333931", option, "Moonbar", "--json")
    assert json.loads(done.stdout)["meaning"] == "gtin"
    assert there_is in done.stderr


def test_with_keys_a_code_of_ours_is_judged(tmp_path: Path):
    keys = tmp_path / "keys.json"
    public = Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw()
    keys.write_text(json.dumps({"hq-1": public.hex()}))
    good = mint("coupon", Content(key="hq-1", id="A", expires_at=4_000_000_000), KEY)
    old = mint("coupon", Content(key="hq-1", id="A", expires_at=1_000_000_000), KEY)
    assert answer(good, "--keys", str(keys)) == {"meaning": "coupon", "gtin14": "", "ais": {}, "error": ""}
    assert answer(good[:-3] + "AAA", "--keys", str(keys))["error"]
    assert answer(old, "--keys", str(keys))["error"] == "expired at 2001-09-09 01:46 UTC"
    assert answer(good)["error"] == ""


@pytest.mark.parametrize("body", ["", "[]", '{"a": 1}', '{"a": "zz"}', '{"a": "00"}', "\ud800"])
def test_a_file_without_keys_is_refused_by_name(tmp_path: Path, body: str):
    path = tmp_path / "keys.json"
    path.write_bytes(body.encode(errors="surrogatepass"))
    assert str(path) in refusal("x", "--keys", str(path))
    assert str(tmp_path) in refusal("x", "--keys", str(tmp_path))


# ── the page ────────────────────────────────────────────────────────────────────────────────────────

PAGE = (Path(__file__).parents[2] / "docs" / "codes.md").read_text("utf-8")
EXAMPLES = re.findall(r"^\$ popshop device code (.*) --json\n(\{.*\})$", PAGE, re.MULTILINE)


def test_the_page_has_examples():
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize(("words", "printed"), EXAMPLES)
def test_every_example_of_the_page_is_what_the_command_prints(words, printed):
    assert answer(*shlex.split(words)) == json.loads(printed)


def test_the_page_names_every_meaning_and_every_context():
    for word in (*get_args(Word), *get_args(Context)):
        assert f"`{word}`" in PAGE or word == ""


def test_the_page_s_own_code_is_one():
    (shown,) = re.findall(r"^PS1\.R\.\S+$", PAGE, re.MULTILINE)
    assert answer(shown)["meaning"] == "receipt"
