"""What a camera's pipeline believes: turned and dull codes, films, pictures that are none, bars that are no code."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

cv2: Any = pytest.importorskip("cv2", reason="the vision extra is not installed")
zxingcpp: Any = pytest.importorskip("zxingcpp", reason="the vision extra is not installed")

from hardware.scanner.debounce import Debouncer  # noqa: E402
from hardware.scanner.vision import decoders  # noqa: E402
from hardware.scanner.vision.agreement import Agreement  # noqa: E402
from hardware.scanner.vision.gate import MotionGate  # noqa: E402
from hardware.scanner.vision.pictures import Picture, PictureError, as_grey  # noqa: E402
from hardware.scanner.vision.pipeline import Pipeline  # noqa: E402
from hardware.scanner.vision.reading import Found, Reading, Sighting, text_of  # noqa: E402
from hardware.scanner.vision.rungs import ladder  # noqa: E402
from hardware.scanner.vision.settings import Settings  # noqa: E402
from hardware.scanner.vision.still import read_picture  # noqa: E402

TEA = "6901234567892"
COCOA = "4006381333931"
LINK = "https://shop.example/01/06901234567892"
SYMBOLS = {
    "EAN-13": (TEA, zxingcpp.BarcodeFormat.EAN13),
    "EAN-8": ("96385074", zxingcpp.BarcodeFormat.EAN8),
    "Code 128": ("BOX-40017", zxingcpp.BarcodeFormat.Code128),
    "QR Code": (LINK, zxingcpp.BarcodeFormat.QRCode),
    "Data Matrix": ("LOT-7", zxingcpp.BarcodeFormat.DataMatrix),
}
FPS = 30


def paper(symbology: str, text: str = "") -> Picture:
    """A code printed on white."""
    usual, kind = SYMBOLS[symbology]
    drawn = zxingcpp.create_barcode(text or usual, kind).to_image(scale=4)
    printed = np.array(drawn, np.uint8)
    return np.asarray(cv2.copyMakeBorder(printed, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255))


def leaning(picture: Picture, degrees: float) -> Picture:
    height, width = picture.shape
    side = math.ceil(math.hypot(height, width))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turn[:, 2] += (side - width) / 2, (side - height) / 2
    return np.asarray(cv2.warpAffine(picture, turn, (side, side), borderValue=255))


def noisy(picture: Picture, shades: float = 4, seed: int = 1) -> Picture:
    noise = np.random.default_rng(seed).normal(0, shades, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def on_table(*cards: Picture) -> Picture:
    """The cards beside each other below a camera of 720 lines, on grey."""
    scene = np.full((720, 1280), 120, np.uint8)
    left = 60
    for card in cards:
        height, width = card.shape
        scene[200 : 200 + height, left : left + width] = card
        left += width + 60
    return scene


def texts(picture: Any, *, hard: bool = False) -> list[str]:
    return [each.text for each in read_picture(ladder(Settings()), picture, hard=hard)]


def played(pipeline: Pipeline, *pictures: Any, from_s: float = 0.0) -> list[list[str]]:
    """What is in view after each picture of a film."""
    return [
        [each.text for each in pipeline.feed(picture, from_s + number / FPS)]
        for number, picture in enumerate(pictures)
    ]


# ── one picture ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("symbology", SYMBOLS)
@pytest.mark.parametrize("quarters", range(4))
def test_a_code_is_read_whichever_way_the_picture_is_held(symbology, quarters):
    seen = read_picture(ladder(Settings()), np.rot90(paper(symbology), quarters))
    assert [each.text for each in seen] == [SYMBOLS[symbology][0]]
    assert seen[0].symbology == symbology


@pytest.mark.parametrize("symbology", ["EAN-13", "QR Code", "Code 128"])
@pytest.mark.parametrize("degrees", [20, -20])
def test_a_code_that_leans_is_read(symbology, degrees):
    assert texts(leaning(paper(symbology), degrees), hard=True) == [SYMBOLS[symbology][0]]


def test_a_upc_a_is_the_ean_13_that_it_is_with_its_zero():
    code = zxingcpp.create_barcode("036000291452", zxingcpp.BarcodeFormat.UPCA).to_image(scale=4)
    picture = cv2.copyMakeBorder(np.array(code), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
    assert read_picture(ladder(Settings()), picture) == [Reading("EAN-13", "0036000291452", "]E0")]


@pytest.mark.parametrize("symbology", ["EAN-13", "QR Code"])
def test_a_code_that_is_soft_dull_and_noisy_is_read(symbology):
    soft = cv2.GaussianBlur(paper(symbology), (0, 0), 2.0)
    dull = (90 + soft.astype(np.float32) * 0.2).astype(np.uint8)
    assert texts(noisy(dull, 2), hard=True) == [SYMBOLS[symbology][0]]


@pytest.mark.parametrize("symbology", ["QR Code", "Data Matrix"])
def test_light_on_dark_is_read_when_somebody_waits_for_it(symbology):
    assert texts(255 - paper(symbology), hard=True) == [SYMBOLS[symbology][0]]


def test_what_is_in_a_code_comes_out_in_the_language_it_was_written_in():
    assert texts(paper("QR Code", "茉莉花茶 €")) == ["茉莉花茶 €"]
    assert [text_of("茶".encode(each)) for each in ("utf-8", "gb18030")] == ["茶", "茶"]
    assert text_of("カタカナ".encode("shift_jis")) == "カタカナ"


@pytest.mark.parametrize("beneath", [0, 255, 118])
def test_a_picture_of_one_shade_shows_nothing(beneath):
    assert texts(np.full((480, 640), beneath, np.uint8), hard=True) == []


NO_PICTURES = {
    "nothing": None,
    "a text": "picture.png",
    "rows": [[0, 255], [255, 0]],
    "no pixels": np.zeros((0, 0), np.uint8),
    "no width": np.zeros((480, 0, 3), np.uint8),
    "one dimension": np.zeros(640, np.uint8),
    "four dimensions": np.zeros((2, 3, 4, 5), np.uint8),
    "fractions": np.zeros((48, 64), np.float64),
    "truths": np.zeros((48, 64), bool),
    "seven colours": np.zeros((48, 64, 7), np.uint8),
}


@pytest.mark.parametrize("what", NO_PICTURES)
def test_what_is_no_picture_is_said_so_and_shows_nothing_in_a_film(what):
    with pytest.raises(PictureError):
        read_picture(ladder(Settings()), NO_PICTURES[what])  # type: ignore[arg-type]
    pipeline = Pipeline(Settings())
    assert played(pipeline, NO_PICTURES[what], NO_PICTURES[what]) == [[], []]
    assert played(pipeline, on_table(paper("QR Code")), from_s=1.0) == [[LINK]], "the film goes on"


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (1, 400), (400, 1), (17, 17), (10, 70_000), (70_000, 10)])
def test_a_picture_of_any_shape_is_looked_at_in_every_way(shape):
    row, column = np.mgrid[0 : shape[0], 0 : shape[1]]
    stripes = ((row + column) // 4 % 2 * 255).astype(np.uint8)
    assert texts(stripes, hard=True) == []
    assert not any(played(Pipeline(Settings()), *[stripes] * 6))


def test_a_picture_of_8k_is_read():
    large = cv2.resize(paper("QR Code"), (4320, 4320), interpolation=cv2.INTER_NEAREST)
    assert texts(cv2.copyMakeBorder(large, 0, 0, 1680, 1680, cv2.BORDER_CONSTANT, value=255)) == [LINK]


def test_sixteen_bits_and_colour_are_grey_too():
    grey = paper("EAN-13")
    deep = grey.astype(np.uint16) * 257
    for picture in (deep, np.dstack([grey] * 3), np.dstack([deep] * 3), grey[:, :, None], grey[:, ::-1]):
        assert texts(picture) == [TEA]


def test_what_is_transparent_is_paper():
    grey = paper("QR Code")
    drawn_on_nothing = np.dstack([np.zeros_like(grey)] * 3 + [255 - grey])
    assert texts(drawn_on_nothing) == [LINK]
    assert as_grey(drawn_on_nothing).flags.c_contiguous


def stripes_and_noise(pictures: int) -> Iterator[Picture]:
    dice = np.random.default_rng(20261122)
    for number in range(pictures):
        if number % 2:
            shades = dice.integers(0, 2, 40 * 4).repeat(dice.integers(1, 4, 160)) * 255
            drawn = np.tile(shades.astype(np.uint8), (120, 1))
            yield noisy(cv2.GaussianBlur(drawn, (0, 0), float(dice.uniform(0.3, 1.5))), 6, number)
        else:
            spots = dice.integers(0, 256, (60, 80)).astype(np.uint8)
            yield cv2.resize(spots, (240, 180), interpolation=cv2.INTER_CUBIC)


def test_stripes_and_noise_are_no_codes():
    assert [texts(picture) for picture in stripes_and_noise(100)] == [[]] * 100


# ── without the usual libraries ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("missing", [("_zxing",), ("_zbar",), ("_zxing", "_zbar")])
def test_qr_and_retail_codes_are_read_with_whatever_library_there_is(missing, monkeypatch):
    for name in missing:
        monkeypatch.setattr(decoders, name, lambda: None)
    assert texts(paper("QR Code"), hard=True) == [LINK]
    assert played(Pipeline(Settings()), *[on_table(paper("EAN-13"))] * 4)[-1] == [TEA]


# ── agreement ───────────────────────────────────────────────────────────────────────────────────────

BOX = (100, 100, 300, 200)
BESIDE = (900, 100, 1100, 200)


def bars(text: str, box: tuple[int, int, int, int] = BOX, symbology: str = "EAN-13") -> Found:
    return Found(Reading(symbology, text), box)


def after(*pictures: list[Found]) -> list[list[str]]:
    agreement = Agreement(0.6)
    return [[each.text for each in agreement.believed(found, n / FPS)] for n, found in enumerate(pictures)]


def test_a_square_code_is_believed_on_one_picture_bars_on_two_a_short_code_on_four():
    assert after([bars(LINK, symbology="QR Code")]) == [[LINK]]
    assert after(*[[bars(TEA)]] * 2) == [[], [TEA]]
    assert after(*[[bars("96385074", symbology="EAN-8")]] * 4) == [[], [], [], ["96385074"]]


def test_the_pictures_that_agree_must_be_close_in_time_and_two_different_ones():
    agreement = Agreement(0.6)
    assert agreement.believed([bars(TEA)], 1.0) == agreement.believed([bars(TEA)], 1.0) == []
    assert agreement.believed([bars(TEA)], 1.7) == [], "too long ago"
    assert agreement.believed([bars(TEA)], 1.8) == [Reading("EAN-13", TEA)]


def test_two_different_readings_of_the_same_bars_are_never_believed():
    assert after(*[[bars(TEA), bars("6901234567823")]] * 8) == [[]] * 8


def test_a_part_of_a_longer_code_is_not_believed_to_be_a_short_one():
    assert after(*[[bars(TEA), bars("69012345", symbology="EAN-8")]] * 8)[-1] == [TEA]


def test_two_products_beside_each_other_are_both_believed():
    assert after(*[[bars(TEA), bars(COCOA, BESIDE)]] * 2)[-1] == [TEA, COCOA]


# ── films ───────────────────────────────────────────────────────────────────────────────────────────


def test_two_products_below_the_camera_are_both_seen():
    scene = on_table(paper("EAN-13"), paper("EAN-13", COCOA))
    assert set(played(Pipeline(Settings()), scene, scene, scene)[-1]) == {TEA, COCOA}


@pytest.mark.parametrize(("symbology", "pictures"), [("QR Code", 1), ("EAN-13", 2), ("EAN-8", 4)])
def test_a_code_that_comes_into_a_film_is_seen_as_soon_as_it_may_be_believed(symbology, pictures):
    seen = played(Pipeline(Settings()), *[on_table(paper(symbology))] * 4)
    assert [bool(each) for each in seen] == [number >= pictures for number in range(1, 5)]


def test_a_code_stays_in_view_while_nothing_moves_and_nobody_looks_again(monkeypatch):
    looks = 0
    usual = decoders._zxing()

    class Counting:
        """The library, with a count of its calls."""

        def __getattr__(self, name: str) -> Any:
            return getattr(usual, name)

        def read_barcodes(self, *picture: Any, **how: Any) -> Any:
            nonlocal looks
            looks += 1
            return usual.read_barcodes(*picture, **how)

    counting = Counting()
    monkeypatch.setattr(decoders, "_zxing", lambda: counting)
    pipeline = Pipeline(Settings())
    scene = on_table(paper("EAN-13"))
    played(pipeline, *[noisy(scene, seed=seed) for seed in range(30)])
    looks_while_new, looks = looks, 0
    assert played(pipeline, *[noisy(scene, seed=seed) for seed in range(30)], from_s=1.0) == [[TEA]] * 30
    assert looks_while_new > 0
    assert looks == 0


def test_light_that_flickers_moves_nothing():
    gate, scene = MotionGate(), on_table(paper("EAN-13"))
    shown = [noisy(cv2.add(scene // 2, 40 * (number % 2)), seed=number) for number in range(6)]
    assert [gate.moved(each, empty=True) is None for each in shown] == [False] + [True] * 5


def test_what_moves_is_cut_out():
    gate, empty = MotionGate(), on_table()
    gate.moved(empty, empty=True)
    place = gate.moved(on_table(paper("QR Code")), empty=True)
    assert place is not None
    left, top, right, bottom = place
    assert left < 100 < 216 < right < 700
    assert top < 240 < 356 < bottom < 720


def test_a_camera_that_changes_its_size_or_is_covered_goes_on():
    pipeline, scene = Pipeline(Settings()), on_table(paper("QR Code"))
    assert played(pipeline, scene)[-1] == [LINK]
    assert played(pipeline, np.zeros_like(scene), from_s=0.5)[-1] == [], "a hand on the lens"
    assert played(pipeline, scene[:600, :800], from_s=1.0)[-1] == [LINK]


def test_a_code_is_new_when_it_was_away_for_a_second_and_only_then():
    pipeline, debouncer, table = Pipeline(Settings()), Debouncer(), on_table()
    there = on_table(paper("QR Code"))
    scenes = [table] * 10 + [there] * 60 + [table] * 15 + [there] * 10 + [table] * 40 + [there] * 10
    film = [noisy(scene, seed=number) for number, scene in enumerate(scenes)]
    sightings: list[Sighting] = []
    for number, picture in enumerate(film):
        sightings += [
            each
            for each in pipeline.feed(picture, number / FPS)
            if debouncer.is_news("camera:0", each.symbology, each.text, each.at_s)
        ]
    assert [each.text for each in sightings] == [LINK, LINK]
    assert all(later.at_s - earlier.at_s > 2 for earlier, later in pairwise(sightings))


def test_somebody_who_waits_makes_it_try_hard_once():
    pipeline, scene = Pipeline(Settings()), on_table(255 - paper("QR Code"))
    pipeline.try_hard()
    assert played(pipeline, scene) == [[LINK]]


def test_random_film_shows_nothing():
    pipeline = Pipeline(Settings())
    pictures = [cv2.resize(each, (640, 360)) for each in stripes_and_noise(30)]
    assert played(pipeline, *pictures) == [[]] * 30
