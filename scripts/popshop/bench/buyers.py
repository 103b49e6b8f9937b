"""Buyers over HTTP, many at once in one loop: as little client as can be, so that the server is what is measured."""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final
from urllib.parse import urlsplit

from popshop.clock import steady_s

Request = tuple[str, bytes]
"""Path and body of a POST."""
PATIENCE_S: Final = 60.0


@dataclass
class Rush:
    """What came of a rush: answers by status, seconds on the clock, and how much of a core the client took."""

    seconds: float = 0.0
    client_cores: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)
    times_ms: list[float] = field(default_factory=list)
    good: list[int] = field(default_factory=list)
    """The numbers of the requests that were granted: who asks last is not always refused."""

    @property
    def per_s(self) -> float:
        """Good answers per second."""
        return self.answers[200] / self.seconds


def rush(url: str, token: str, buyers: int, ask: Callable[[int], Request], most: int) -> Rush:
    """Let `buyers` ask one request after the other until each is refused (409), or `most` were asked in all.

    `ask` makes the request with a number. Raises RuntimeError for any other answer.
    """
    return asyncio.run(_rush(url, token, buyers, ask, most))


async def _rush(url: str, token: str, buyers: int, ask: Callable[[int], Request], most: int) -> Rush:
    made = Rush()
    where = urlsplit(url)
    host, port = str(where.hostname), int(where.port or 80)
    head = f" HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\nContent-Length: "
    numbers = count()
    lines = [await asyncio.open_connection(host, port) for _ in range(buyers)]
    used_s, begun_s = _cpu_s(), steady_s()
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(_buy(made, line, head, ask, numbers, most) for line in lines))
    made.seconds = steady_s() - begun_s
    made.client_cores = (_cpu_s() - used_s) / made.seconds
    for _, writer in lines:
        writer.close()
    return made


async def _buy(
    made: Rush,
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    head: str,
    ask: Callable[[int], Request],
    numbers: Iterator[int],
    most: int,
) -> None:
    reader, writer = line
    for number in numbers:
        if number >= most:
            return
        path, body = ask(number)
        asked_s = steady_s()
        writer.write(f"POST {path}{head}{len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        status = int(answer[9:12])
        length = int(answer.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        told = await reader.readexactly(length)
        made.answers[status] += 1
        made.times_ms.append((steady_s() - asked_s) * 1000)
        if status == 409:
            return
        if status != 200:
            raise RuntimeError(f"{path}: {status} {told[:300]!r}")
        made.good.append(number)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
