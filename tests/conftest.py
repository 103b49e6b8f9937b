"""What several rooms share: a real PostgreSQL with a database for each test that asks, and how properties are tried."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from hypothesis import settings

from tests.crash_points import Nursery
from tests.hq_process import Headquarters

# The same examples in every run, so that a red run is about the change it tests. To search further, with fresh ones:
# `scripts/test --hypothesis-profile=explore`.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", derandomize=False, max_examples=500)
settings.load_profile("repeatable")

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The embedded server, for the whole run. Without fsync: nothing here pulls the plug of the disk."""
    from cloud_sync.hq.database.postgres import EmbeddedPostgres

    # Not below pytest's own folder, whose rights every pytest that starts on this computer sets anew.
    with TemporaryDirectory(prefix="popshop-test-") as folder:
        server = EmbeddedPostgres(Path(folder), {"fsync": "off", "max_connections": "100"})
        yield server.start()
        server.stop()


@pytest.fixture
def postgres_dsn(postgres_server: str) -> Iterator[str]:
    """A database of the test's own; gone afterwards."""
    with _database(postgres_server) as dsn:
        yield dsn


@pytest.fixture(scope="module")
def shared_headquarters(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Headquarters]:
    """One headquarters for all tests of a file, each with stores of its own."""
    with _database(postgres_server) as dsn:
        running = Headquarters.start(tmp_path_factory.mktemp("hq"), dsn)
        yield running
        running.stop()


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Bears processes at once that are there to be killed."""
    with Nursery(tmp_path_factory.mktemp("nursery")) as found:
        yield found


@contextmanager
def _database(postgres_server: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres_server.replace("/popshop?", f"/{name}?")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
