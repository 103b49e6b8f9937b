"""A person joins on headquarters' page, shows the code to a store that is offline, buys, spends, and is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from fastapi.testclient import TestClient

from cloud_sync.hq.chores import tell_of_members
from cloud_sync.hq.credentials import Credentials, code_key
from cloud_sync.hq.dashboard.member_routes import add_member_pages
from cloud_sync.hq.dashboard.session import add_session_routes
from cloud_sync.hq.database import schema
from cloud_sync.hq.database.pool import Pool, open_pool
from cloud_sync.hq.database.postgres_books import transaction
from cloud_sync.hq.rules.rights import tell
from cloud_sync.hq.web.api import create_api
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.rules_facts import StoreRules
from cloud_sync.protocol.session import SyncReply, SyncRequest
from cloud_sync.protocol.shop_instructions import Rules
from edge_agent.adapters.sqlite_store.verify import verify
from edge_agent.domain import commands
from edge_agent.domain.member_commands import MemberShown
from edge_agent.domain.methods import COUNTER
from hardware import messages
from tests.edge_harness import START, Store

PASSWORD, NAME, PHONE = "open sesame", "王小明 Wang", "+86 139-1234-5678"
SECRETS = Credentials(admin_password=PASSWORD, session_key="k", code_key="11" * 32)


@dataclass
class Shop:
    """A store on a real file, and its line to headquarters, which the test works by hand."""

    hq: Headquarters
    name: str
    store: Store
    token: str
    acked: int = 0
    chain: str = field(default=GENESIS.hex())

    def sync(self) -> Shop:
        """Send what is there and apply what comes back, until both sides have everything."""
        for _ in range(8):
            bodies = self.store.queries.bodies("ledger", self.acked, 5_000)
            request = SyncRequest(
                store=self.name,
                epoch=1,
                stream="ledger",
                last_seq=self.acked + len(bodies),
                acked=self.acked,
                hash_at_acked=self.chain,
                events=[msgspec.Raw(body) for body in bodies],
                down_seq=self.store.queries.down_seq(),
                incarnation=1,
            )
            headers = {"Authorization": f"Bearer {self.token}"}
            answer = self.hq.client.post("/v1/sync", content=msgspec.json.encode(request), headers=headers)
            assert answer.status_code == 200, answer.text
            reply = msgspec.json.decode(answer.content, type=SyncReply)
            self.acked, self.chain = reply.acked, reply.hash
            for row in reply.down:
                self.store.do(commands.ApplyDown("", bytes(row)))
            if not reply.down and not self.store.queries.bodies("ledger", self.acked, 1):
                break
        return self

    def show(self, code: str, visit: str) -> str:
        return self.store.do(MemberShown(self.store.key(), "kiosk-1", visit, code)).refused

    def buy(self, visit: str = "", *, points: int = 0) -> int:
        """Buy a unit; returns what was paid in minor units."""
        line = (commands.RequestedLine("A", 1),)
        order = self.store.do(
            commands.PlaceOrder(self.store.key(), "kiosk", "kiosk-1", line, visit=visit, points=points)
        )
        assert not order.refused, order
        self.store.do(commands.RequestPayment(self.store.key(), order.subject, COUNTER))
        vend = self.store.look(order.subject)["vends"][0]["id"]
        self.store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True))
        return int(self.store.look(order.subject)["paid_minor"])

    def points(self, member: str) -> int:
        return self.store.journal.reader.points_held(member)


@dataclass
class Headquarters:
    """Headquarters' application on a real PostgreSQL."""

    client: TestClient
    pool: Pool
    folder: Path
    shops: list[Shop] = field(default_factory=list)

    def shop(self, name: str) -> Shop:
        """A store that joined and was told the rules."""
        asked = {"store": name, "name": name, "timezone": "Asia/Shanghai", "currency": "CNY"}
        code = self.client.post("/api/enrolments", json=asked, auth=("me", PASSWORD)).json()["code"]
        joined = self.client.post("/v1/join", json={"code": code}).json()
        key = code_key(SECRETS)
        rules = StoreRules(
            version=1, code_keys={key.id: key.public.hex()}, points_per_major=1, point_value_minor=1
        )
        with transaction(self.pool) as books:
            record = books.lock_store(name)
            assert record is not None
            tell(books, record, Rules(rules=rules), START)
        store = Store(self.folder / f"{name}.db", shares_stock=True)
        store.stock(("vm-1", "1", "A", 9))
        self.shops.append(Shop(self, name, store, joined["token"]))
        return self.shops[-1].sync()

    def join(self, **more: str) -> str:
        """Become a member by the page; returns the address of one's own page."""
        form = self.client.get("/m/join").text
        version = re.search(r'name="agree" value="([^"]+)"', form)
        assert version is not None
        assert "checked" not in form
        answer = self.client.post("/m/join", data={"agree": version[1], **more}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def code(self, page: str) -> str:
        found = re.search(r"<code>([^<]+)</code>", self.client.get(page).text)
        assert found is not None
        return unescape(found[1])

    def get(self, path: str) -> Any:
        answer = self.client.get(path, auth=("me", PASSWORD))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, path: str, **body: str) -> tuple[int, dict[str, Any]]:
        answer = self.client.post(path, json=body, auth=("me", PASSWORD))
        return answer.status_code, answer.json()

    def member(self, phone: str) -> str:
        return str(self.get(f"/api/members?q={phone.replace('+', '%2B')}")[0]["member"])

    def balance(self, member: str) -> int:
        return int(self.get(f"/api/members/{member}")["member"]["points"])

    def second(self) -> None:
        tell_of_members(self.pool, lambda: START)


@pytest.fixture
def hq(postgres_dsn: str, tmp_path: Path) -> Iterator[Headquarters]:
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        schema.migrate(connection)
    with open_pool(postgres_dsn) as pool, TestClient(create_api(pool, SECRETS, lambda: START)) as client:
        made = Headquarters(client, pool, tmp_path)
        yield made
        assert made.get("/api/members/summary")["differences"] == []
        for shop in made.shops:
            assert verify(shop.store.path) == []
            shop.store.close()


@pytest.fixture
def staff_hq(postgres_dsn: str, tmp_path: Path) -> Iterator[Headquarters]:
    """With the pages of members for staff; the live pages beside them are made once per process only."""
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        schema.migrate(connection)
    with open_pool(postgres_dsn) as pool:
        app = create_api(pool, SECRETS, lambda: START)
        add_session_routes(app, SECRETS, lambda: START)
        add_member_pages(app, pool, SECRETS, lambda: START)
        with TestClient(app) as client:
            yield Headquarters(client, pool, tmp_path)


def test_nobody_becomes_a_member_without_saying_yes(hq):
    for wrong in ({}, {"agree": "1999"}, {"agree": "2026-11", "phone": "call me"}):
        assert hq.client.post("/m/join", data=wrong, follow_redirects=False).status_code == 400
    assert hq.get("/api/members/summary")["members"] == {}


def test_join_buy_offline_earn_here_and_spend_there_with_one_balance(hq):
    page = hq.join(name=NAME, phone=PHONE)
    code, member = hq.code(page), hq.member(PHONE)
    first, second = hq.shop("pop-1"), hq.shop("pop-2")

    # Both stores are offline: the code alone tells who it is.
    assert first.show(code, "v1") == ""
    assert first.buy("v1") == 500
    assert first.points(member) == 5
    first.sync()
    assert hq.balance(member) == 5

    # In the other store the points are elsewhere; asked for, they come.
    assert second.show(code, "v2") == ""
    refused = second.store.do(
        commands.PlaceOrder("o9", "kiosk", "k", (commands.RequestedLine("A", 1),), visit="v2", points=5)
    )
    assert refused.refused == "points_short"
    second.sync()
    hq.second()
    first.sync()
    hq.second()
    second.sync()
    assert (first.points(member), second.points(member)) == (0, 5)
    assert second.buy("v2", points=5) == 495
    second.sync()
    assert second.points(member) == hq.balance(member) == 4
    assert ">4<" in hq.client.get(page).text


def test_no_name_and_no_phone_is_in_any_row_of_any_store(hq):
    page = hq.join(name=NAME, phone=PHONE)
    shop = hq.shop("pop-1")
    shop.show(hq.code(page), "v1")
    shop.buy("v1")
    shop.sync()
    written = b"".join(shop.store.queries.bodies("ledger", 0, 5_000)) + shop.store.path.read_bytes()
    for secret in (NAME, "王小明", "Wang", PHONE, "13912345678", page.rsplit("/", 1)[1]):
        assert secret.encode() not in written
    with psycopg.connect(hq.pool.conninfo) as connection:
        for table in ("events", "down_rows"):
            rows = connection.execute(f"SELECT body FROM {table}").fetchall()
            assert not any(b"Wang" in bytes(body) or b"13912345678" in bytes(body) for (body,) in rows)


def test_whoever_wants_to_be_forgotten_is_at_headquarters_at_once_and_in_stores_with_their_next_sync(hq):
    page = hq.join(name=NAME, phone=PHONE)
    code, member, shop = hq.code(page), hq.member(PHONE), hq.shop("pop-1")
    shop.show(code, "v1")
    shop.buy("v1")
    shop.sync()
    assert hq.client.post(f"{page}/erase").status_code == 400, "one has to be sure"
    assert hq.client.post(f"{page}/erase", data={"sure": "1"}).status_code == 200
    assert hq.client.get(page).status_code == 404
    with psycopg.connect(hq.pool.conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM people").fetchone() == (0,)
    hq.second()
    shop.sync()
    assert hq.balance(member) == shop.points(member) == 0
    assert shop.show(code, "v2") == "member_erased"
    assert shop.buy("") == 500
    assert hq.get("/api/members/summary")["points"]["void"] == 5


def test_two_keys_of_one_person_become_one_member_with_all_their_points(hq):
    pages = hq.join(phone=PHONE), hq.join()
    codes = [hq.code(page) for page in pages]
    shop = hq.shop("pop-1")
    for visit, code in enumerate(codes):
        shop.show(code, f"v{visit}")
        shop.buy(f"v{visit}")
    shop.sync()
    into = hq.member(PHONE)
    other = next(each["member"] for each in hq.get("/api/members?q=m-") if each["member"] != into)
    assert hq.act("/api/members/merge", member=other, into=into) == (200, {"member": into})
    hq.second()
    shop.sync()
    assert hq.balance(into) == shop.points(into) == 10
    assert shop.show(codes[1], "v9") == ""
    assert shop.store.journal.reader.member_of_visit("v9") == into
    assert hq.act("/api/members/merge", member=other, into=into)[1]["code"] == "same_member"
    assert hq.act("/api/members/merge", member=other, into="m-nobody")[0] == 404


def test_a_tier_given_by_staff_reaches_the_stores_that_know_the_member(hq):
    page = hq.join(phone=PHONE)
    member, shop = hq.member(PHONE), hq.shop("pop-1")
    shop.show(hq.code(page), "v1")
    shop.sync()
    assert hq.act(f"/api/members/{member}/tier", tier="T3")[0] == 200
    hq.second()
    shop.sync()
    assert shop.store.journal.reader.tier(member) == "T3"


def test_a_code_is_good_for_a_year_and_the_page_gives_a_new_one(hq):
    page = hq.join()
    code, shop = hq.code(page), hq.shop("pop-1")
    shop.store.clock.at += timedelta(days=366)
    assert shop.show(code, "v1") == "member_expired"


def test_who_joins_again_with_a_new_disk_finds_points_in_the_pool(hq):
    page = hq.join(phone=PHONE)
    member, shop = hq.member(PHONE), hq.shop("pop-1")
    shop.show(hq.code(page), "v1")
    shop.buy("v1")
    shop.sync()
    code = hq.client.post("/api/enrolments", json={"store": "pop-1"}, auth=("me", PASSWORD)).json()["code"]
    assert hq.client.post("/v1/join", json={"code": code, "epoch": 1}).json()["epoch"] == 2
    assert hq.get(f"/api/members/{member}")["holdings"] == {"pool": 5}


def test_staff_find_a_member_and_merge_and_erase_them_on_their_page(staff_hq):
    hq = staff_hq
    assert hq.client.get("/members", follow_redirects=False).headers["location"] == "/login"
    hq.client.post("/login", data={"password": PASSWORD})
    hq.join(name=NAME, phone=PHONE)
    member = hq.member(PHONE)
    assert NAME in hq.client.get("/members", params={"q": PHONE}).text
    told = hq.client.post(f"/members/{member}/tier", data={"tier": "T2"})
    assert "T2 · 店员指定" in told.text
    assert '<input type="hidden" name="tier" value="">' in told.text, "back to what points say"
    assert hq.client.post(f"/members/{member}/tier", data={"tier": ""}).status_code == 200
    assert "T2 · " not in hq.client.get(f"/members/{member}").text
    assert hq.client.post(f"/members/{member}/erase").status_code == 400, "one has to be sure"
    answer = hq.client.post(f"/members/{member}/merge", data={"sure": "1", "into": "m-none"})
    assert answer.status_code == 400
    assert hq.client.post(f"/members/{member}/erase", data={"sure": "1"}).status_code == 200
    assert NAME not in hq.client.get(f"/members/{member}").text
    assert hq.get("/api/members/summary")["members"] == {"erased": 1}


def test_two_keys_are_looked_at_beside_each_other_before_they_are_one_for_good(staff_hq):
    hq = staff_hq
    hq.client.post("/login", data={"password": PASSWORD})
    hq.join(name=NAME, phone=PHONE)
    hq.join(phone="13900000000")
    stays, goes = hq.member(PHONE), hq.member("13900000000")
    for nobody in ("", "m-", "nobody", "%", goes):
        assert hq.client.get(f"/members/{goes}/merge", params={"into": nobody}).status_code == 400
    page = hq.client.get(f"/members/{goes}/merge", params={"into": PHONE}).text
    assert page.index(goes) < page.index(stays)
    assert NAME in page
    assert hq.get("/api/members/summary")["members"] == {"T1": 2}, "looking does nothing"
    done = hq.client.post(f"/members/{goes}/merge", data={"into": stays, "sure": "1"})
    assert "已合并为这个会员" in done.text
    assert NAME in done.text
    assert hq.get("/api/members/summary")["members"] == {"T1": 1, "merged": 1}
