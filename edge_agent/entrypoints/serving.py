"""How the agent answers HTTP: its socket, and the server on it."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from fastapi import FastAPI


def listen(host: str, port: int) -> socket.socket:
    """A listening socket whose connections send at once: with Nagle's rule every answer waits some 40 ms."""
    listening = socket.create_server((host, port))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def answer(app: FastAPI, on: socket.socket) -> None:
    """Answer until the process is told to stop (SIGINT, SIGTERM)."""
    # Screens hang on the store's own network: pressing every message for each of them costs more than it saves.
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        ws_per_message_deflate=False,
    )
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[on]))
