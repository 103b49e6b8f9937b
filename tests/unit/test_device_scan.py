"""`popshop device scan`: what was read and when, from a film, a picture, a folder; never a payment code whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from popshop.commands import _device_scan
from popshop.console import UserError

cv2: Any = pytest.importorskip("cv2", reason="the vision extra is not installed")
zxingcpp: Any = pytest.importorskip("zxingcpp", reason="the vision extra is not installed")

TEA = "6901234567892"
PAYMENT = "134567890123456789"

app = typer.Typer()
app.command()(_device_scan.scan)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def lines(*words: str) -> list[dict[str, Any]]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def refusal(*words: str) -> str:
    done = run(*words)
    assert isinstance(done.exception, UserError), done.output
    return str(done.exception)


def picture(path: Path, text: str = TEA, kind: str = "EAN13") -> Path:
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind)).to_image(scale=4)
    cv2.imwrite(str(path), cv2.copyMakeBorder(np.array(code), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255))
    return path


def test_the_sample_film_says_what_it_shows_and_is_read_just_so(tmp_path):
    film = tmp_path / "sample.mp4"
    made = run("--make-sample", str(film), "--seed", "5", "--visits", "1")
    assert made.exit_code == 0, made.output
    shown = [line.split() for line in made.stdout.splitlines()]
    seen = lines("--source", str(film))
    assert len(shown) == len(seen) == 1
    for (still_s, *_, text), read in zip(shown, seen, strict=True):
        assert read["text"] == text
        assert abs(read["at_s"] - float(still_s)) < 0.5, "while it came, or soon after it stood still"


def test_a_picture_is_told_with_what_it_means_and_how_long_it_took(tmp_path):
    (seen,) = lines("--source", str(picture(tmp_path / "tea.png")))
    assert seen.pop("took_ms") > 0
    assert seen == {
        "picture": "tea.png",
        "symbology": "EAN-13",
        "text": TEA,
        "meaning": "gtin",
        "gtin14": "0" + TEA,
    }


def test_a_folder_is_every_picture_in_it_by_name_also_one_without_a_code(tmp_path):
    picture(tmp_path / "b.png")
    cv2.imwrite(str(tmp_path / "a.png"), np.full((100, 100), 255, np.uint8))
    (tmp_path / "notes.txt").write_text("no picture")
    assert [(each["picture"], each["text"]) for each in lines("--source", str(tmp_path))] == [
        ("a.png", ""),
        ("b.png", TEA),
    ]


def test_a_picture_of_a_code_for_people(tmp_path):
    done = run("--source", str(picture(tmp_path / "tea.png")), "--hard")
    assert done.stdout.startswith(f"tea.png  EAN-13  {TEA}  gtin  0{TEA}  ")


def test_a_payment_code_is_never_printed_whole(tmp_path):
    path = picture(tmp_path / "pay.png", PAYMENT, "QRCode")
    for done in (run("--source", str(path)), run("--source", str(path), "--json")):
        assert done.exit_code == 0
        assert "payment" in done.output
        assert PAYMENT not in done.output
        assert PAYMENT[2:-4] not in done.output


def test_what_cannot_be_read_is_said_in_a_line(tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    assert "--make-sample" in refusal()
    assert "not there" in refusal("--source", str(tmp_path / "none.png"))
    assert "no picture that can be opened" in refusal("--source", str(broken))
    assert "is not there" in refusal("--source", str(tmp_path / "none.mp4"))
    (tmp_path / "empty").mkdir()
    assert "holds no pictures" in refusal("--source", str(tmp_path / "empty"))
    assert "cannot be written" in refusal("--make-sample", str(tmp_path / "nowhere" / "film.mp4"))
