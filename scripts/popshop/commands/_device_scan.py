"""`popshop device scan`: read codes from pictures, a film or a camera, and say what was read and when."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cloud_sync.protocol.codes.masking import masked
from cloud_sync.protocol.codes.meaning import meaning_of
from hardware.scanner.debounce import Debouncer
from popshop import console
from popshop.clock import steady_s
from popshop.console import UserError

if TYPE_CHECKING:
    from hardware.scanner.sources.frames import TimedFrame
    from hardware.scanner.vision.reading import Reading, Sighting

PICTURES: Final = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
WAIT_S: Final = 0.5
HARD_EVERY_S: Final = 0.5
USUAL_FPS: Final = 25.0


def scan(
    source: Annotated[
        str,
        typer.Option(help="A film, a picture, a folder of pictures, camera:0 or rtsp://… Give one of it."),
    ] = "",
    hard: Annotated[
        bool,
        typer.Option(
            "--hard", help="Try every way there is, in a film every half second where nothing is read."
        ),
    ] = False,
    make_sample: Annotated[
        Path | None, typer.Option(help="Write a sample film here (.mp4) instead: codes in front of a camera.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The sample film's seed.")] = 1,
    visits: Annotated[int, typer.Option(min=1, max=100, help="Codes in the sample film.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document per line and code.")] = False,
) -> None:
    """Print what codes a film, a picture or a camera shows, and when. A camera until Ctrl-C.

    A film is read as fast as it can be, with its own times. Payment codes are never printed whole.
    """
    try:
        if make_sample is not None:
            _make_sample(make_sample, seed, visits)
        elif not source:
            raise UserError(
                "--source is missing. For a film to try: popshop device scan --make-sample FILE.mp4"
            )
        else:
            _scan(source, hard, as_json)
    except ModuleNotFoundError as error:
        raise UserError(
            f"this needs {error.name}, which is not installed: scripts/setup test, or pip install 'popshop[vision]'"
        ) from None


def _scan(source: str, hard: bool, as_json: bool) -> None:
    path = Path(source)
    if path.is_dir():
        found = sorted(each for each in path.iterdir() if each.suffix.lower() in PICTURES)
        if not found:
            raise UserError(f"{source} holds no pictures ({' '.join(PICTURES)})")
        for each in found:
            _picture(each, hard, as_json)
    elif path.suffix.lower() in PICTURES:
        _picture(path, hard, as_json)
    else:
        _film(source, hard, as_json)


def _picture(path: Path, hard: bool, as_json: bool) -> None:
    import cv2

    from hardware.scanner.vision.pictures import PictureError
    from hardware.scanner.vision.rungs import ladder
    from hardware.scanner.vision.settings import Settings
    from hardware.scanner.vision.still import read_picture

    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.exists() else None
    if picture is None:
        raise UserError(f"{path} is not there, or no picture that can be opened")
    began_s = steady_s()
    try:
        readings = read_picture(ladder(Settings()), picture, hard=hard)
    except PictureError as error:
        raise UserError(f"{path}: {error}") from None
    took_ms = round((steady_s() - began_s) * 1000, 1)
    for reading in readings:
        _tell({"picture": path.name} | _particulars(reading) | {"took_ms": took_ms}, as_json)
    if not readings:
        _tell({"picture": path.name, "symbology": "", "text": "", "took_ms": took_ms}, as_json)


def _film(source: str, hard: bool, as_json: bool) -> None:
    from hardware.scanner.sources.source import SourceEnded, SourceLost
    from hardware.scanner.vision.pipeline import Pipeline
    from hardware.scanner.vision.settings import Settings

    pipeline, debouncer = Pipeline(Settings()), Debouncer()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    codes = frames = 0
    hard_again_s = 0.0
    try:
        for frame, at_s in _frames(source):
            frames += 1
            in_view = pipeline.feed(frame, at_s)
            if hard and not in_view and at_s >= hard_again_s:
                pipeline.try_hard()
                hard_again_s = at_s + HARD_EVERY_S
            for seen in in_view:
                if debouncer.is_news(source, seen.symbology, seen.text, at_s):
                    codes += 1
                    _tell({"at_s": round(at_s, 3)} | _particulars(seen), as_json)
    except (KeyboardInterrupt, SourceEnded):
        pass
    except SourceLost as error:
        raise UserError(f"{source}: {error}") from None
    console.err.print(f"{frames} pictures, {codes} codes", style="dim")


def _frames(source: str) -> Iterator[TimedFrame]:
    """A film's pictures at their own times, one after the other; a camera's newest as they come, from 0 on."""
    import cv2

    from hardware.scanner.sources.frames import CameraSettings, LiveFrames, TimedFrame, open_capture

    live = source.startswith(("camera:", "rtsp://", "rtsps://", "http://", "https://"))
    where = source.removeprefix("camera:")
    where = f"/dev/video{where}" if live and where.isdigit() else where
    capture = open_capture(CameraSettings(where=where, is_film=not live))
    if live:
        frames, began_s = LiveFrames(capture, steady_s), steady_s()
        try:
            while True:
                taken = frames.take(WAIT_S)
                if taken is not None:
                    yield TimedFrame(taken.frame, taken.at_s - began_s)
        finally:
            frames.close()
    fps = capture.get(cv2.CAP_PROP_FPS) or USUAL_FPS
    number = 0
    try:
        while True:
            there, frame = capture.read()
            if not there:
                return
            yield TimedFrame(frame, number / fps)
            number += 1
    finally:
        capture.release()


def _particulars(seen: Reading | Sighting) -> dict[str, Any]:
    meant = meaning_of(seen.text, seen.aim or seen.symbology)
    return {
        "symbology": seen.symbology,
        "text": masked(seen.text),
        "meaning": meant.meaning,
        "gtin14": meant.gtin14,
    }


def _tell(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        console.print_json(facts)
    else:
        console.out.print(
            "  ".join(str(value) for value in facts.values() if value != ""), markup=False, soft_wrap=True
        )


def _make_sample(path: Path, seed: int, visits: int) -> None:
    import cv2

    from popshop.bench.film import FPS, HEIGHT, WIDTH, Film

    film = Film(seed, visits)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    if not writer.isOpened():
        raise UserError(
            f"{path} cannot be written as a film: name a file that ends in .mp4, in a folder that is there"
        )
    for shot in film.shots():
        writer.write(shot.frame)
    writer.release()
    for visit in film.visits:
        _tell(
            {"at_s": round(visit.still_s, 3), "symbology": visit.symbology, "text": visit.text}, as_json=False
        )
