"""The kiosk's words, colours, pictures and font."""

from __future__ import annotations

import ast
import re
import struct
from pathlib import Path

import pytest

from kiosk_ui import fonts, icons, illustrations, theme
from kiosk_ui.i18n import TABLES, category_name, say
from kiosk_ui.illustrations import CATEGORIES

KIOSK = Path(theme.__file__).parent


def test_both_languages_say_the_same_things() -> None:
    assert TABLES["zh"].keys() == TABLES["en"].keys()
    for key, words in TABLES["zh"].items():
        assert re.findall(r"{\w+}", words) == re.findall(r"{\w+}", TABLES["en"][key]), key


def test_every_category_has_a_name_and_an_unknown_one_is_more() -> None:
    for category in CATEGORIES:
        assert f"category.{category}" in TABLES["zh"]
    assert category_name("en", "submarines") == say("en", "category.other")


def test_no_word_for_shoppers_stands_outside_the_tables() -> None:
    for path in (*KIOSK.glob("screens/*.py"), KIOSK / "stage.py", KIOSK / "widgets.py", KIOSK / "showing.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"[\u4e00-\u9fff]", node.value), (path.name, node.value)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Text", "WideButton"):
                words = node.args[2 if getattr(node.func, "id", "") == "WideButton" else 1]
                literal = str(words.value) if isinstance(words, ast.Constant) else ""
                assert not re.search(r"[A-Za-z]", literal), (path.name, literal)


def test_every_key_is_used() -> None:
    code = "\n".join(path.read_text() for path in KIOSK.rglob("*.py") if path.parent.name != "i18n")
    patterns = re.findall(r'f?"((?:[a-z]+\.)?[a-z_{}.]+)"', code)
    used = [re.compile(re.sub(r"{[^}]*}", "[a-z_]+", pattern)) for pattern in patterns if "." in pattern]
    for key in TABLES["zh"]:
        assert key.startswith("category.") or any(pattern.fullmatch(key) for pattern in used), key


def _luminance(colour: theme.Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        (theme.INK, theme.PAPER),
        (theme.MUTED, theme.PAPER),
        (theme.MUTED, theme.CARD),
        (theme.MUTED, theme.HAIR),
        (theme.ACCENT, theme.CARD),
        (theme.ACCENT, theme.PAPER),
        (theme.ON_ACCENT, theme.ACCENT),
        (theme.WARN, theme.WARN_PALE),
        (theme.GOOD, theme.GOOD_PALE),
    ],
)
def test_words_can_be_read_by_everybody(ink: theme.Colour, ground: theme.Colour) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 to 1."""
    light, dark = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_same_product_always_looks_the_same_and_brands_differ(tmp_path: Path) -> None:
    font = fonts.find(tmp_path).bold
    one = illustrations.draw("tea", "拾味", "拾味", 96, font)
    assert one.tobytes() == illustrations.draw("tea", "拾味", "拾味", 96, font).tobytes()
    assert one.tobytes() != illustrations.draw("tea", "青岫", "拾味", 96, font).tobytes()


@pytest.mark.parametrize("category", [*CATEGORIES, "submarines", ""])
def test_every_category_is_drawn(category: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    font = fonts.find(tmp_path_factory.getbasetemp() / "kiosk-fonts").bold
    box = illustrations.draw(category, "X", "Brand", 96, font).getbbox()
    assert box is not None
    assert box[2] - box[0] > 30
    assert box[3] - box[1] > 60


@pytest.mark.parametrize("name", icons.NAMES)
def test_every_sign_is_drawn(name: str) -> None:
    assert icons.draw(name, 48).getbbox() is not None


def test_the_chinese_face_is_taken_out_of_the_collection(tmp_path: Path) -> None:
    found = fonts.find(tmp_path)
    font = Path(found.regular).read_bytes()
    assert font[:4] == b"OTTO"
    assert struct.unpack_from(">H", font, 4)[0] > 8
    assert found == fonts.find(tmp_path)


def test_a_missing_font_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path),))
    with pytest.raises(fonts.FontError, match="fonts-noto-cjk"):
        fonts.find(tmp_path)
    with pytest.raises(fonts.FontError, match="no face called"):
        fonts.take_face(b"ttcf" + struct.pack(">II", 0x10000, 0), "Noto Sans CJK SC")
