"""Headquarters as it must never be, and a wire in front of a real one that can be cut: HTTP servers for tests."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import requests
import zstandard

from cloud_sync.protocol.numbered_log import row_hash
from cloud_sync.protocol.session import SyncReply, SyncRequest


class _Handler(BaseHTTPRequestHandler):
    server: HttpServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests += 1
        self.server.answer(self, body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        """One whole answer. `Content_Length` may lie."""
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


Answer = Callable[[_Handler, bytes], None]


class HttpServer(ThreadingHTTPServer):
    """Answers every POST by `answer`, which a test may change; use it in a `with`."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.requests = 0
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> HttpServer:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """A store that hangs up is what some tests are about."""


def says(status: int, body: bytes, **headers: str) -> Answer:
    """Always this."""
    return lambda handler, _: handler.reply(status, body, **headers)


def hangs_up(handler: _Handler, _: bytes) -> None:
    """Not a word."""
    handler.close_connection = True


def read_request(handler: _Handler, body: bytes) -> SyncRequest:
    """What the store sent."""
    packed = handler.headers["Content-Encoding"]
    plain = zstandard.decompress(body) if packed == "zstd" else gzip.decompress(body)
    return msgspec.json.decode(plain, type=SyncRequest)


class Honest:
    """Answers as headquarters should, keeping rows in memory; knows one epoch, and gives out `down`."""

    def __init__(self) -> None:
        self.rows: dict[str, list[bytes]] = {}
        self.down: list[bytes] = []
        self.down_seqs: list[int] = []
        """What the store said it had applied, request by request."""
        self.incarnation = 0

    def __call__(self, handler: _Handler, body: bytes) -> None:
        request = read_request(handler, body)
        rows = self.rows.setdefault(request.stream, [])
        assert request.acked == len(rows)
        rows += [bytes(raw) for raw in request.events]
        self.down_seqs.append(request.down_seq)
        reply = SyncReply(
            acked=len(rows),
            hash=self.hash(request.stream),
            down=[msgspec.Raw(row) for row in self.down[request.down_seq :]],
            incarnation=self.incarnation,
        )
        handler.reply(200, msgspec.json.encode(reply))

    def hash(self, stream: str, upto: int | None = None) -> str:
        chain = bytes(32)
        for seq, body in enumerate(self.rows.get(stream, [])[:upto], 1):
            chain = row_hash(chain, seq, body)
        return chain.hex()


class Wire:
    """Carries requests to a real headquarters at `url`; loses the next `lose_replies` answers, or all while `cut`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.lose_replies = 0
        self.cut = False

    def __call__(self, handler: _Handler, body: bytes) -> None:
        if self.cut:
            return hangs_up(handler, body)
        headers = {
            name: handler.headers[name] for name in ("Authorization", "Content-Encoding", "Content-Type")
        }
        answer = requests.post(self.url + handler.path, data=body, headers=headers, timeout=30)
        if self.lose_replies > 0 and answer.status_code == 200:
            self.lose_replies -= 1
            return hangs_up(handler, body)
        handler.reply(answer.status_code, answer.content)
        return None
