"""Where a running headquarters is, and one call of its API; for the commands that talk to one.

A report on a folder whose headquarters does not run starts it for that one question.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import requests
import typer

from cloud_sync.hq import address
from cloud_sync.hq.credentials import FILE_NAME, PASSWORD_VARIABLE, Credentials, make_token
from popshop.console import UserError
from popshop.shop import latest, processes

DEFAULT_DATA: Final = Path("popshop-data/hq")
TIMEOUT_S: Final = 60
ACT_TRIES: Final = 3

Data = Annotated[Path, typer.Option(envvar="POPSHOP_HQ_DATA", help="Headquarters' data folder.")]
Url = Annotated[
    str,
    typer.Option(help=f"Address of a headquarters elsewhere; the password comes from {PASSWORD_VARIABLE}."),
]
Json = Annotated[bool, typer.Option("--json", help="For a program: one JSON document.")]

Headquarters = tuple[str, str]
"""URL and password."""


@contextmanager
def reading(data: Path, url: str) -> Iterator[Headquarters]:
    """A headquarters to read from: the running one, or one started on the folder for just this question.

    The default folder gives way to the headquarters of the last demo or replay.
    """
    if data == DEFAULT_DATA and not data.exists():
        data = latest.hq_folder() or data
    if url or (data / address.FILE_NAME).exists() or not (data / FILE_NAME).exists():
        yield find(data, url)
        return
    with tempfile.TemporaryDirectory(prefix="popshop-hq-") as logs:
        started = processes.popshop(
            Path(logs), "hq", ["hq", "run", "--data", str(data.resolve()), "--port", "0"]
        )
        try:
            processes.wait_for_address(data / address.FILE_NAME, started, Path(logs) / "hq.log")
            yield find(data, "")
        finally:
            started.stop(processes.HQ_STOP_TIMEOUT_S)


def find(data: Path, url: str) -> Headquarters:
    """Where headquarters is and what opens it."""
    if url:
        password = os.environ.get(PASSWORD_VARIABLE, "") or _password_in(data)
        if not password:
            raise UserError(
                f"--url needs headquarters' password: set {PASSWORD_VARIABLE}, or name its data folder"
            )
        return url.rstrip("/"), password
    try:
        return address.read(data).url, _password_in(data)
    except FileNotFoundError as error:
        raise UserError(
            f"no headquarters is running on {data.resolve()}. Start one with: popshop hq run --data {data}; "
            "or name one elsewhere with --url"
        ) from error


def _password_in(data: Path) -> str:
    """The password in a data folder; empty when there is none."""
    try:
        return msgspec.json.decode((data / FILE_NAME).read_bytes(), type=Credentials).admin_password
    except FileNotFoundError:
        return ""
    except PermissionError as error:
        raise UserError(
            f"{error.filename} may be read by its owner only: run as that user, or set {PASSWORD_VARIABLE}"
        ) from error


def act(hq: Headquarters, path: str, body: dict[str, Any]) -> Any:
    """Have headquarters do something, once: a reply that got lost is asked for again under the same key."""
    return ask(hq, "POST", path, headers={"Idempotency-Key": make_token()}, tries=ACT_TRIES, json=body)


def ask(
    hq: Headquarters,
    method: str,
    path: str,
    *,
    headers: dict[str, str] | None = None,
    tries: int = 1,
    timeout_s: float = TIMEOUT_S,
    **more: Any,
) -> Any:
    """One call of headquarters' API. Raises UserError with what it said when it refuses."""
    url, password = hq
    sent = {"Authorization": f"Bearer {password}", **(headers or {})}
    try:
        answer = requests.request(method, url + path, headers=sent, timeout=timeout_s, **more)
    except requests.RequestException as error:
        if tries > 1:
            return ask(hq, method, path, headers=headers, tries=tries - 1, timeout_s=timeout_s, **more)
        raise UserError(
            f"headquarters at {url} does not answer ({type(error).__name__}). Is it running? popshop hq run"
        ) from error
    if answer.ok:
        return answer.json()
    try:
        told = answer.json()["message"]
    except (ValueError, KeyError, TypeError):
        told = f"HTTP {answer.status_code}, which is no answer of a popshop headquarters"
    raise UserError(f"headquarters says: {told}")
