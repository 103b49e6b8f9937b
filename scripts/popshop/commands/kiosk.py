"""`popshop kiosk`: the touch kiosk's window."""

from __future__ import annotations

import importlib
import json
import logging
import os
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kiosk_ui import window
from kiosk_ui.agent_client import Agent
from kiosk_ui.fonts import FontError
from popshop.console import UserError

app = typer.Typer(add_completion=False)


class LanguageChoice(StrEnum):
    """The languages the kiosk speaks."""

    zh = "zh"
    en = "en"


def read_token(path: Path) -> str:
    """The kiosk's token: a file with nothing else in it, or the agent's credentials.json.

    Raises UserError with what to do.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The token file {path} cannot be read: {error}") from None
    if not text.startswith("{"):
        token = text
    else:
        try:
            token = str(json.loads(text).get("kiosk_token", ""))
        except json.JSONDecodeError as error:
            raise UserError(f"{path} is not JSON: {error}") from None
    if not token or "\n" in token:
        raise UserError(
            f"{path} holds no kiosk token: give the agent's credentials.json or a file with the token."
        )
    return token


@app.command()
def kiosk(
    agent: Annotated[str, typer.Option(help="Where the store's agent is, such as http://127.0.0.1:8400.")],
    token_file: Annotated[
        Path, typer.Option(help="The agent's credentials.json, or a file with the kiosk token.")
    ],
    device: Annotated[str, typer.Option(help="This kiosk's name; its orders carry it.")] = "kiosk-1",
    language: Annotated[
        LanguageChoice, typer.Option(help="Language when nobody has chosen.")
    ] = LanguageChoice.zh,
    pay: Annotated[
        str, typer.Option(help="Payment method, where the agent does not tell which there are.")
    ] = "sandbox",
    scanner: Annotated[
        str, typer.Option(help="The scanner beside this kiosk; without it the store's, if it has one only.")
    ] = "",
    windowed: Annotated[
        bool, typer.Option("--windowed", help="In a window instead of the whole screen.")
    ] = False,
    size: Annotated[
        str, typer.Option(help="Window size; landscape works too, such as 1280x800.")
    ] = "1080x1920",
    data: Annotated[
        Path | None,
        typer.Option(help="Folder for fonts made ready once; without it they are made at each start."),
    ] = None,
) -> None:
    """Open the touch kiosk for shoppers. Ends when its window is closed, or with Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        width, height = window.parse_size(size)
    except ValueError as error:
        raise UserError(str(error)) from None
    if not window.has_display(os.environ):
        raise UserError(
            "There is no display: set DISPLAY (or WAYLAND_DISPLAY), or run this on the kiosk itself."
        )
    who = Agent(agent, read_token(token_file), device)
    with tempfile.TemporaryDirectory(prefix="popshop-kiosk-") as scratch:
        folder = data or Path(scratch)
        window.prepare(window.Glass(width, height, windowed), folder / "kivy")
        main = importlib.import_module("kiosk_ui.main")  # Kivy opens its window when it is imported
        try:
            kiosk_app = main.KioskApp(who, language.value, pay, folder / "fonts", scanner)
        except FontError as error:
            raise UserError(str(error)) from None
        main.run(kiosk_app)
