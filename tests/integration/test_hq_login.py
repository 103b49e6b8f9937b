"""Signing in at headquarters: guessing is slow, and whoever knows the password is let in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from cloud_sync.hq.credentials import Credentials
from cloud_sync.hq.dashboard.session import TRIES, add_session_routes

RIGHT = {"password": "a right one"}
WRONG = {"password": "a guess"}


class Clock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> Iterator[TestClient]:
    app = FastAPI()
    add_session_routes(app, Credentials(admin_password=RIGHT["password"], session_key="k"), clock)
    with TestClient(app, follow_redirects=False, client=("127.0.0.1", 50_000)) as client:
        yield client


def test_who_guesses_is_made_to_wait_and_not_even_the_password_helps_then(
    desk: TestClient, clock: Clock
) -> None:
    guesses = [desk.post("/login", data=WRONG).status_code for _ in range(TRIES[0].at_once)]
    assert set(guesses) == {401}
    refused = desk.post("/login", data=RIGHT, headers={"accept-language": "en"})
    assert refused.status_code == 429
    assert "Wait a minute" in refused.text
    clock.now += timedelta(minutes=1)
    assert desk.post("/login", data=RIGHT).status_code == 303


def test_who_signs_in_rightly_is_never_made_to_wait(desk: TestClient) -> None:
    for _ in range(TRIES[0].at_once * 2):
        assert desk.post("/login", data=RIGHT).status_code == 303


def test_one_address_that_guesses_keeps_no_other_out(desk: TestClient) -> None:
    for _ in range(TRIES[0].at_once + 5):
        desk.post("/login", data=WRONG, headers={"x-forwarded-for": "198.51.100.7"})
    other = {"x-forwarded-for": "198.51.100.8"}
    assert desk.post("/login", data=RIGHT, headers=other).status_code == 303
