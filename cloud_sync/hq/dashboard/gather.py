"""Asks the database for what a page shows, and draws it. Nothing here changes anything but what was verified when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from cloud_sync.hq.clock import Clock
from cloud_sync.hq.dashboard import (
    alerts,
    day_card,
    limits_card,
    overview,
    parts,
    shipping_page,
    sku_page,
    stock_page,
    store_page,
    trace,
)
from cloud_sync.hq.dashboard.acts import Act
from cloud_sync.hq.dashboard.store_care import Care, Verified
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.database.phone_queries import PhoneQueries
from cloud_sync.hq.database.pool import Pool
from cloud_sync.hq.database.queries import Queries, StoreState
from cloud_sync.hq.database.reports import Reports
from cloud_sync.hq.database.shipping_queries import ShippingQueries
from cloud_sync.hq.database.stock_queries import StockQueries
from cloud_sync.hq.database.takings import Takings
from cloud_sync.hq.database.verify import verify
from cloud_sync.hq.database.visits import Visits
from cloud_sync.hq.offline_limits import MethodLimit, OfflineLimits
from cloud_sync.hq.rules.planner import nearest
from cloud_sync.protocol.money import decimal_text
from cloud_sync.protocol.offline_limits import limit_of
from cloud_sync.protocol.rules_facts import NO_TOTAL

CHART_DAYS: Final = 14
VISIT_DAYS: Final = 7
SHOWN_CONTENTS: Final = 10
NO_ZONE: Final = "UTC"


class Gather:
    """The pages' only way to the database."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self.pool = pool
        self.clock = clock
        self.queries = Queries(pool)
        self.reports = Reports(pool)
        self.visits = Visits(pool)
        self.takings = Takings(pool)
        self.stock = StockQueries(pool)
        self.phone = PhoneQueries(pool)
        self.shipping = ShippingQueries(pool)
        self.limits = OfflineLimits(pool, clock)
        self._verified: Verified | None = None

    # ── pages ───────────────────────────────────────────────────────────────────────────────────────

    def overview_html(self, language: Language) -> str:
        """All stores, and what waits for a person."""
        now = self.clock()
        stores = self.queries.stores(now)
        used = Counter(store.currency for store in stores)
        currency = used.most_common(1)[0][0] if used else "CNY"
        today = max((store.today for store in stores), default=now.date())
        urgent = alerts.card(language, self.stock.alerts(), now, "/")
        model = overview.Overview(stores, currency, self._days(None, currency, today), urgent)
        return overview.render(language, model)

    def store_html(self, language: Language, store: str) -> str:
        """One store."""
        now = self.clock()
        state = self.state(store)
        if state is None:
            return parts.blank(word(language, "no_such_store"))
        model = store_page.StorePage(
            store=state,
            days=self._days(store, state.currency, state.today),
            visits=self.visits.days(store, most=VISIT_DAYS),
            exposures=self.visits.exposures(
                store, state.today - timedelta(days=VISIT_DAYS - 1), most=SHOWN_CONTENTS
            ),
            slots=self.queries.stock(store),
            devices=self.queries.devices(store),
            last_sales=self.reports.last_sales(store),
            unresolved=self.queries.unresolved_vends(store),
            quarantine=self.queries.quarantine(store),
            limits=self.limits.of(store),
            payments=self.phone.of_store(store),
            payment_totals=self.phone.signed_totals(store),
            closed=self.takings.closed_days(store, day_card.SHOWN),
            care=Care(
                state=self.stock.store_state(store),
                rights=self.stock.store_rights(store),
                kept=self.stock.kept_aside(store),
                verified=self._verified,
            ),
            now=now,
        )
        return store_page.render(language, model)

    def stock_html(self, language: Language, wanted: str) -> str:
        """The shared stock, of what was searched for."""
        lines = self.stock.stock()
        sought = wanted.strip().lower()
        shown = [line for line in lines if sought in f"{line.sku}\n{line.name_zh}\n{line.name_en}".lower()]
        alerted = frozenset(alert.sku for alert in self.stock.alerts() if alert.sku)
        return stock_page.render(language, stock_page.StockPage(shown, alerted, bool(lines)))

    def sku_html(self, language: Language, sku: str, page: int) -> str:
        """One SKU; `page` of its postings, 1 the newest."""
        stock = self.stock.sku(sku)
        pages = max(1, -(-self.stock.postings(sku) // trace.PER_PAGE))
        page = min(max(page, 1), pages)
        postings = self.stock.trace_page(sku, page, trace.PER_PAGE)
        return sku_page.render(language, sku_page.SkuPage(stock, postings, page, pages, self._zone()))

    def shipping_html(self, language: Language) -> str:
        """What the warehouse is to send, must not send, and sent."""
        to_send, given_up, sent, off = (
            self.shipping.shipments(which) for which in ("to_send", "given_up", "sent", "off")
        )
        model = shipping_page.ShippingPage(to_send, given_up, sent, off, self._zone())
        return shipping_page.render(language, model)

    def banner(self, language: Language) -> str:
        """What stands above every page while headquarters is refilled."""
        state = self.stock.refill()
        return parts.refilling(language, state.awaited) if state.refilling else ""

    # ── forms ───────────────────────────────────────────────────────────────────────────────────────

    def state(self, store: str) -> StoreState | None:
        """One store's state; None for a name that nobody has."""
        found = self.queries.stores(self.clock(), store)
        return found[0] if found else None

    def store_names(self) -> dict[str, str]:
        """Every store's name by its id."""
        return {store.store: store.name for store in self.queries.stores(self.clock())}

    def item_names(self, language: Language) -> dict[str, str]:
        """Every known item's name by its SKU."""
        return {
            line.sku: (line.name_zh if language == "zh" else line.name_en) or line.sku
            for line in self.stock.stock()
        }

    def filled(self, act: Act, values: Mapping[str, str]) -> dict[str, str]:
        """A form's fields as they are now, where nobody typed anything yet."""
        filled = dict(values)
        if act.name == "policy" and "minimum" not in values:
            sku, store = values.get("sku", ""), values.get("store", "")
            found = nearest(self.stock.policies(), store, sku)
            if found is not None:
                filled |= {
                    "cover_days": f"{found.cover_days:g}",
                    "minimum": str(found.minimum),
                    "ceiling": str(found.ceiling),
                }
        if act.name == "offline-limit":
            currency, limit = self._limit(values)
            filled["currency"] = currency
            if limit is not None and "payment" not in values:
                filled["payment"] = decimal_text(limit.payment_minor, currency)
                if limit.total_minor is None:
                    filled["no_total"] = "1"
                else:
                    filled["total"] = decimal_text(limit.total_minor, currency)
        return filled

    def _limit(self, values: Mapping[str, str]) -> tuple[str, MethodLimit | None]:
        """The currency of a form's store, and what counts there for the form's way of paying."""
        if self.state(values.get("store", "")) is None:
            return "", None
        found = self.limits.of(values["store"])
        named = [limit for limit in found.limits if limit.method == values.get("method")]
        return found.currency, named[0] if named else None

    def hints(self, language: Language, act: Act, values: Mapping[str, str]) -> dict[str, str]:
        """What helps to fill in a field."""
        hints = {name: word(language, f"hint.{name}") for name in act.fields if has_word(f"hint.{name}")}
        if act.name == "policy":
            hints |= {name: word(language, f"hint.policy_{name}") for name in ("store", "sku")}
        if act.name == "offline-limit":
            careful = limit_of(values.get("method", ""), {})
            total = None if careful.total_minor == NO_TOTAL else careful.total_minor
            amounts = (careful.payment_minor, total if careful.payment_minor else 0)
            shown = [limits_card.amount(language, minor, values.get("currency", "")) for minor in amounts]
            hints["payment"] = word(language, "hint.default_limit", *shown)
        if "reservation" in act.given:
            parcel = self.shipping.one(values.get("reservation", ""))
            if parcel is not None:
                hints["reservation"] = shipping_page.label(language, parcel)
        sku, store = values.get("sku", ""), values.get("store", "")
        if sku and act.name in ("grant", "correct", "recall", "bring-back"):
            stock = self.stock.sku(sku)
            here = {each.store: each for each in stock.stores}.get(store)
            field = "difference" if act.name == "correct" else "qty"
            hints[field] = word(language, "hint.pool_has", f"{stock.pool:,}")
            if here is not None and act.name == "recall":
                hints[field] = word(language, "hint.store_has", f"{here.hold:,}")
            if here is not None and act.name == "bring-back":
                hints[field] = word(language, "hint.limbo_has", f"{here.limbo:,}")
        return hints

    def verify(self) -> None:
        """Recount all books from the rows they came from, and keep what was found until the next time."""
        with self.pool.connection() as connection:
            report = verify(connection)
        self._verified = Verified(self.clock(), report.differences)

    def _zone(self) -> str:
        """The time zone that most stores are in: headquarters has none of its own."""
        used = Counter(store.timezone for store in self.queries.stores(self.clock()))
        return used.most_common(1)[0][0] if used else NO_ZONE

    def _days(self, store: str | None, currency: str, today: date) -> list[tuple[date, int]]:
        """Takings of the last days in one currency, days without a sale too."""
        first = today - timedelta(days=CHART_DAYS - 1)
        sold = {
            row["day"]: row["takings_minor"]
            for row in self.reports.sales(["day", "currency"], store, first, today)
            if row["currency"] == currency
        }
        return [(day, sold.get(day, 0)) for day in (first + timedelta(days=n) for n in range(CHART_DAYS))]
