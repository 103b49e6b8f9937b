"""Cameras as a source of codes, by films and a network camera: they end, hang, go away, see nothing, and come back."""

from __future__ import annotations

import http.server
import itertools
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from hardware.scanner.port import PictureChanged, SourceChanged
from hardware.scanner.service import ScannerService
from hardware.scanner.sources.addresses import read_source
from hardware.scanner.sources.camera import CameraSource, Eyes
from hardware.scanner.sources.frames import CameraSettings
from tests.scanner_ears import QUICK, Ears, NoEyes, free_port, listening

SIZE = (160, 120)


def film(path: Path, *scenes: str, fps: int = 25) -> Path:
    """A film of scenes: `noise` (a view of something), `still` (the same one) or `black`, a second each."""
    rng = np.random.default_rng(4)
    shape = (SIZE[1], SIZE[0], 3)
    still = rng.integers(0, 255, shape)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, SIZE)
    for scene in scenes:
        for _ in range(fps):
            noise = rng.integers(0, 255, shape)
            bright = {"noise": noise, "still": still, "black": np.zeros(shape)}[scene]
            writer.write(bright.astype(np.uint8))
    writer.release()
    return path


class Counting:
    """A pipeline that says how many pictures it was shown, and how bright."""

    def __init__(self) -> None:
        self.shown: list[tuple[float, float]] = []

    def feed(self, frame: Any, at_s: float) -> Sequence[Any]:
        self.shown.append((at_s, float(frame.mean())))
        return []


def camera(path: Path, eyes: Callable[[], Eyes], *, is_film: bool = False) -> CameraSource:
    return CameraSource("camera:test", CameraSettings(where=str(path), is_film=is_film), eyes)


def test_a_film_is_shown_whole_at_its_own_speed_and_ends(tmp_path):
    eyes = Counting()
    with listening(camera(film(tmp_path / "a.avi", "noise"), lambda: eyes, is_film=True)) as (ears, _):
        ears.state("up")
        assert ears.state("ended").reason == ""
        times = [at_s for at_s, _ in eyes.shown]
    assert len(times) == 25
    assert times == sorted(times)
    assert times[-1] - times[0] == pytest.approx(24 / 25)


def test_a_camera_that_is_pulled_out_comes_back_by_itself(tmp_path):
    path = tmp_path / "video0.avi"
    with listening(camera(path, Counting)) as (ears, _):
        assert "not there" in ears.state("down").reason
        film(tmp_path / "kept.avi", "noise")
        shutil.copy(tmp_path / "kept.avi", path)
        ears.state("up")
        path.unlink()
        assert ears.state("down").reason
        ears.until(lambda heard: isinstance(heard, SourceChanged) and "not there" in heard.reason)
        shutil.copy(tmp_path / "kept.avi", path)
        ears.state("up")


def test_a_live_camera_shows_its_newest_picture_and_queues_none(tmp_path):
    class Slow(Counting):
        def feed(self, frame: Any, at_s: float) -> Sequence[Any]:
            time.sleep(0.05)
            return super().feed(frame, at_s)

    eyes = Slow()
    # Read as a camera, a file gives its fifty pictures as fast as they can be unpacked.
    with listening(camera(film(tmp_path / "a.avi", "noise", "noise"), lambda: eyes)) as (ears, _):
        ears.state("up")
        ears.state("down")
    assert 0 < len(eyes.shown) < 50


def test_a_covered_lens_is_a_fault_and_over_when_it_sees_again(tmp_path):
    scenes = film(tmp_path / "b.avi", "noise", *["black"] * 4, *["noise"] * 2, fps=10)
    with listening(camera(scenes, Counting, is_film=True)) as (ears, _):
        troubles = [ears.until(lambda heard: isinstance(heard, PictureChanged)).trouble for _ in range(3)]
    assert troubles == ["", "picture_blank", ""]


def test_a_camera_that_hangs_on_one_picture_is_lost_until_it_shows_another(tmp_path):
    ticks = itertools.count()
    hanging, path = film(tmp_path / "hanging.avi", "still", "still"), tmp_path / "video0.avi"
    shutil.copy(hanging, path)
    ears = Ears()
    # Its clock goes on by a second whenever it is asked, so that nobody has to wait for a picture to be old.
    service = ScannerService([camera(path, NoEyes)], lambda: float(next(ticks)), QUICK)
    with service.running(ears.put):
        ears.state("up")
        assert "stands still" in ears.state("down").reason
        film(tmp_path / "alive.avi", "noise")
        os.replace(tmp_path / "alive.avi", path)
        ears.state("up")


@pytest.mark.parametrize("content", [b"", b"no film at all" * 100])
def test_a_file_that_is_no_film_is_a_state_and_not_a_crash(tmp_path, content):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with listening(camera(path, NoEyes, is_film=True)) as (ears, _):
        assert "no picture" in ears.state("down").reason


def test_a_pipeline_that_breaks_is_one_source_s_trouble(tmp_path):
    class Broken:
        def feed(self, frame: Any, at_s: float) -> Sequence[Any]:
            raise ValueError("cannot see")

    port = free_port()
    broken = camera(film(tmp_path / "a.avi", "noise"), Broken)
    with listening(broken, f"tcp:127.0.0.1:{port}") as (ears, _):
        ears.until(lambda heard: isinstance(heard, SourceChanged) and "cannot see" in heard.reason)
        with socket.create_connection(("127.0.0.1", port)) as scanner:
            scanner.sendall(b"still here\r")
            assert ears.code() == "still here"


class NetworkCamera(http.server.BaseHTTPRequestHandler):
    """Sends pictures as motion JPEG, ten to every caller, then hangs up."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        rng = np.random.default_rng(5)
        for _ in range(10):
            picture = rng.integers(0, 255, (SIZE[1], SIZE[0], 3)).astype(np.uint8)
            jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
            self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n")
            self.wfile.write(b"Content-Length: %d\r\n\r\n%s\r\n" % (len(jpeg), jpeg))

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody wants to know."""


@pytest.fixture
def network_camera() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), NetworkCamera) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}/live"
        server.shutdown()
        thread.join()


def test_a_network_camera_that_hangs_up_is_called_again_and_its_password_is_shown_nowhere(network_camera):
    eyes = Counting()
    source = read_source(f"http://admin:secret@{network_camera}", lambda: eyes)
    with listening(source) as (ears, _):
        for _ in range(2):
            assert ears.state("up").source == f"http://{network_camera}"
            assert "secret" not in ears.state("down").reason
    assert eyes.shown
