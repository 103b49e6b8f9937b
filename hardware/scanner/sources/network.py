"""Scanners that send their codes over TCP: we listen where they are told to send, or call them. Plain lines, no HTTP.

Listens on the address it is given and on no other. Every connection, its length, speed and silence has a limit.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from hardware.scanner.sources.lines import LineReader, LineSettings
from hardware.scanner.sources.source import Clock, Happening, SourceLost

MOST_CONNECTIONS: Final = 8
IDLE_S: Final = 3_600.0
"""A connection that is silent for so long is closed: a scanner that is still there makes a new one."""
CONNECT_TIMEOUT_S: Final = 3.0
READ_BYTES: Final = 4_096
KEEP_ALIVE: Final = ((socket.TCP_KEEPIDLE, 60), (socket.TCP_KEEPINTVL, 15), (socket.TCP_KEEPCNT, 4))
"""Finds out within two minutes that a scanner at the other end lost its power. Seconds, seconds, times."""


class NetworkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where to listen, or whom to call."""

    host: str
    port: int
    mode: Literal["listen", "call"] = "listen"
    lines: LineSettings = LineSettings()


class NetworkSource:
    """Implements `Source`."""

    def __init__(self, settings: NetworkSettings) -> None:
        self._settings = settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.name = f"{'tcp' if settings.mode == 'listen' else 'call'}:{host}:{settings.port}"

    def open(self, clock: Clock) -> NetworkSession:
        """See `Source.open`."""
        settings = self._settings
        where = (settings.host, settings.port)
        try:
            if settings.mode == "call":
                called = socket.create_connection(where, CONNECT_TIMEOUT_S)
                return NetworkSession(None, [called], settings.lines, clock)
            family = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)[0][0]
            listener = socket.create_server(where, family=family, backlog=MOST_CONNECTIONS)
        except OSError as error:
            raise SourceLost(f"{settings.host} port {settings.port}: {error.strerror or error}") from None
        return NetworkSession(listener, [], settings.lines, clock)


class _Connection:
    """One scanner's connection."""

    def __init__(self, sock: socket.socket, lines: LineSettings, now_s: float) -> None:
        self.sock = sock
        self.reader = LineReader(lines)
        self.last_s = now_s


class NetworkSession:
    """Implements `Session`: a listener and those who called it, or the one connection that we made."""

    def __init__(
        self,
        listener: socket.socket | None,
        connected: Sequence[socket.socket],
        lines: LineSettings,
        clock: Clock,
    ) -> None:
        self._listener = listener
        self._lines = lines
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._connections: list[_Connection] = []
        if listener is not None:
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ, None)
        for sock in connected:
            self._welcome(sock)

    def read(self, wait_s: float) -> Sequence[Happening]:
        """See `Session.read`."""
        if self._listener is None and not self._connections:
            raise SourceLost("the scanner closed the connection")
        happenings: list[Happening] = []
        for key, _ in self._selector.select(wait_s):
            if key.data is None:
                self._accept()
            else:
                happenings += self._receive(key.data)
        now_s = self._clock()
        for connection in list(self._connections):
            happenings += connection.reader.tick(now_s)
            if self._listener is not None and now_s - connection.last_s > IDLE_S:
                self._part(connection)
        return happenings

    def identify(self) -> None:
        """See `Session.identify`. What these scanners would take for an order to beep, nobody knows."""

    def close(self) -> None:
        """See `Session.close`."""
        for connection in list(self._connections):
            self._part(connection)
        self._selector.close()
        if self._listener is not None:
            self._listener.close()

    def _accept(self) -> None:
        assert self._listener is not None
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return  # Whoever knocked has gone again.
        if len(self._connections) >= MOST_CONNECTIONS:
            sock.close()
            return
        self._welcome(sock)

    def _welcome(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in KEEP_ALIVE:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
        connection = _Connection(sock, self._lines, self._clock())
        self._connections.append(connection)
        self._selector.register(sock, selectors.EVENT_READ, connection)

    def _receive(self, connection: _Connection) -> list[Happening]:
        try:
            data = connection.sock.recv(READ_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if data:
            connection.last_s = self._clock()
            return connection.reader.feed(data, connection.last_s)
        self._part(connection)
        return connection.reader.cut("the connection ended in the middle of a code")

    def _part(self, connection: _Connection) -> None:
        self._selector.unregister(connection.sock)
        connection.sock.close()
        self._connections.remove(connection)
