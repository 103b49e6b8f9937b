"""From a DEX file's segments to typed values (EVA-DTS 6.1, Annex A): blank stays None, nonsense becomes a warning."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from cloud_sync.protocol import money
from cloud_sync.protocol.eva_dts import audit as a
from cloud_sync.protocol.eva_dts.consistency import contradictions
from cloud_sync.protocol.eva_dts.dex import DexFile, limited
from cloud_sync.protocol.eva_dts.segments import Segment

MAX_SELECTIONS: Final = 2_000
MAX_DEVICES: Final = 50
"""PA7 rows of one selection: per way of paying, price list and price."""
MAX_LISTED: Final = 2_000
"""Of events, notes, list prices, other segments, and warnings."""
NUMERIC_CODES: Final = {
    "156": "CNY", "344": "HKD", "392": "JPY", "410": "KRW", "446": "MOP", "702": "SGD", "756": "CHF", "826": "GBP",
    "840": "USD", "901": "TWD", "978": "EUR",
}  # fmt: skip
"""ISO 4217 numbers, for machines that give no letters; ID402 has a 1 before them (0: a telephone prefix)."""
_NUMBER: Final = re.compile(r"[+-]?\d{1,15}")
_ENVELOPE: Final = frozenset({"DXS", "ST", "G85", "SE", "DXE"})


def audit_of(file: DexFile) -> a.Audit:
    """The values of a file. Never raises: what cannot be read is None, with a warning."""
    return _Typing(file).audit()


class _Typing:
    """Goes through the segments once; PA2 … PA8 belong to the PA1 before them."""

    def __init__(self, file: DexFile) -> None:
        self._file = file
        self._warnings: list[str] = []
        self._found: dict[str, Any] = {}
        self._seen: set[str] = set()
        self._full: set[str] = set()
        """Lists that take no more."""
        self._lists: dict[str, list[Any]] = {
            name: [] for name in ("selections", "price_lists", "events", "notes", "others")
        }
        self._cash: dict[str, Any] = {}
        self._totals: dict[str, a.Counter] = {}
        self._readers: dict[str, a.Cashless] = {}
        self._machine: dict[str, str] = {}
        self._currency = self._read_currency()

    def audit(self) -> a.Audit:
        for segment in self._file.segments:
            if segment.name in _ENVELOPE or segment.name == "ID4":
                continue
            _READ.get(segment.name, _Typing._other)(self, segment)
        selections = tuple(self._lists["selections"])
        totals = a.Totals(**self._totals)
        listed: dict[str, Any] = {name: tuple(rows) for name, rows in self._lists.items()}
        found = a.Audit(
            crc=self._file.crc.verdict,
            crc_stated=self._file.crc.stated,
            crc_computed=self._file.crc.computed,
            machine=a.Machine(**self._machine),
            currency=self._currency,
            totals=totals,
            cash=a.Cash(**self._cash),
            cashless=tuple(self._readers.values()),
            **self._found,
            **listed,
        )
        warnings = (*self._file.warnings, *self._warnings, *contradictions(selections, totals))
        return msgspec.structs.replace(found, warnings=limited(warnings))

    # ── numbers and amounts ─────────────────────────────────────────────────────────────────────────

    def _number(self, segment: Segment, field: int) -> int | None:
        text = segment.field(field)
        if not text:
            return None
        if not _NUMBER.fullmatch(text) or not text.isascii():
            self._warn(f"line {segment.line}: {segment.name}{field:02} is {text[:20]!r}, which is no number")
            return None
        return int(text)

    def _amount(self, segment: Segment, field: int) -> int | None:
        """An amount in minor units of the currency: ID401 says how many decimals the file's have."""
        amount = self._number(segment, field)
        if amount is None or self._currency.decimals is None or not self._currency.code:
            return amount
        shift = money.exponent(self._currency.code) - self._currency.decimals
        factor = int(10 ** abs(shift))
        if shift >= 0:
            return amount * factor
        minor, rest = divmod(amount, factor)
        if rest:
            self._warn(f"line {segment.line}: {segment.name}{field:02} is finer than the currency")
            return None
        return minor

    def _counter(self, segment: Segment, units: int, value: int, first: int = 1) -> a.Counter:
        """Four fields, of which number and value stand the one or the other way round."""
        return a.Counter(
            units_init=self._number(segment, first + units),
            value_init_minor=self._amount(segment, first + value),
            units_reset=self._number(segment, first + 2 + units),
            value_reset_minor=self._amount(segment, first + 2 + value),
        )

    def _interval(self, segment: Segment, reset: int, init: int) -> a.Interval:
        return a.Interval(init_minor=self._amount(segment, init), reset_minor=self._amount(segment, reset))

    def _read_currency(self) -> a.Currency:
        segment = next((each for each in self._file.segments if each.name == "ID4"), None)
        if segment is None:
            return a.Currency()
        decimals = self._number(segment, 1)
        if decimals is not None and not 0 <= decimals <= 6:
            self._warn(f"line {segment.line}: amounts with {decimals} decimals")
            decimals = None
        numeric, code = segment.field(2)[:8], segment.field(3).upper()
        if not re.fullmatch("[A-Z]{3}", code):
            code = NUMERIC_CODES.get(numeric[-3:], "") if numeric.startswith("1") else ""
        return a.Currency(decimals=decimals, numeric=numeric, code=code)

    # ── records ─────────────────────────────────────────────────────────────────────────────────────

    def _keep(self, name: str, row: object, most: int = MAX_LISTED) -> None:
        rows = self._lists[name]
        if len(rows) < most:
            rows.append(row)
        elif name not in self._full:
            self._full.add(name)
            self._warn(f"more than {most} {name}: the rest is left out")

    def _warn(self, text: str) -> None:
        if len(self._warnings) < MAX_LISTED:
            self._warnings.append(text)

    def _other(self, segment: Segment) -> None:
        self._keep("others", "*".join((segment.name, *segment.fields)))

    def _unit(self, segment: Segment) -> a.Unit:
        return a.Unit(serial=segment.field(1), model=segment.field(2), revision=segment.field(3))

    def _part(self, segment: Segment) -> None:
        self._found[_PARTS[segment.name]] = self._unit(segment)

    def _id(self, segment: Segment) -> None:
        names = {
            "ID1": ("serial", "model", "revision", "location", "", "asset"),
            "ID5": ("date", "time"),
            "ID6": ("cash_bag",),
        }[segment.name]
        self._machine |= {name: segment.field(n) for n, name in enumerate(names, 1) if name}

    def _total(self, segment: Segment) -> None:
        self._totals[_TOTALS[segment.name]] = self._counter(segment, units=1, value=0)

    def _tokens(self, segment: Segment) -> None:
        self._found["tokens"] = self._counter(segment, units=1, value=0)

    def _reader(self, segment: Segment) -> None:
        device = segment.name[:2]
        known = self._readers.get(device, a.Cashless(device=device))
        if segment.name[2:] == "1":
            self._readers[device] = msgspec.structs.replace(known, reader=self._unit(segment))
        else:
            sales = self._counter(segment, units=1, value=0)
            self._readers[device] = msgspec.structs.replace(known, sales=sales)

    def _cash_record(self, segment: Segment) -> None:
        match segment.name:
            case "CA1":
                self._cash["mechanism"] = self._unit(segment)
            case "CA2":
                self._cash["sales"] = self._counter(segment, units=1, value=0)
            case "CA15":
                # One row a tube follows in some machines; the first one's first field is the sum.
                self._cash.setdefault("tubes_minor", self._amount(segment, 1))
            case name:
                for meaning, reset, init in _INTERVALS[name]:
                    self._cash[meaning] = self._interval(segment, reset, init)

    def _selection(self, segment: Segment) -> None:
        number = segment.field(1)
        if number in self._seen:
            self._warn(f"line {segment.line}: selection {number[:20]!r} stands twice")
        self._seen.add(number)
        row = a.Selection(
            selection=number,
            price_minor=self._amount(segment, 2),
            name=segment.field(3),
            capacity=self._number(segment, 4),
        )
        self._keep("selections", row, MAX_SELECTIONS)

    def _of_selection(self, segment: Segment) -> None:
        rows = self._lists["selections"]
        if not rows:
            self._warn(f"line {segment.line}: {segment.name} without a selection (PA1) before it")
            self._other(segment)
            return
        rows[-1] = msgspec.structs.replace(rows[-1], **self._of(segment, rows[-1]))

    def _of(self, segment: Segment, row: a.Selection) -> dict[str, Any]:
        if segment.name in _VENDS:
            return {_VENDS[segment.name]: self._counter(segment, units=0, value=1)}
        if segment.name == "PA5":
            return {
                "last_date": segment.field(1),
                "last_time": segment.field(2),
                "sold_out_presses": self._number(segment, 3),
            }
        if segment.field(1) not in ("", row.selection):
            self._warn(
                f"line {segment.line}: PA7 of selection {segment.field(1)[:20]!r} stands under {row.selection!r}"
            )
        sold = a.ByDevice(
            device=segment.field(2),
            price_list=segment.field(3),
            price_minor=self._amount(segment, 4),
            sold=self._counter(segment, units=0, value=1, first=5),
        )
        if len(row.by_device) >= MAX_DEVICES:
            self._other(segment)
            return {}
        return {"by_device": (*row.by_device, sold)}

    def _list_price(self, segment: Segment) -> None:
        row = a.ListPrice(
            price_list=segment.field(1),
            selection=segment.field(2),
            price_minor=self._amount(segment, 3),
            units_init=self._number(segment, 4),
            units_reset=self._number(segment, 5),
        )
        self._keep("price_lists", row)

    def _event(self, segment: Segment) -> None:
        code, _, part = segment.field(1).partition("_")
        if segment.name == "EA1":
            row = a.MachineEvent(code=code, part=part, date=segment.field(2), time=segment.field(3))
        else:
            row = a.MachineEvent(
                code=code,
                part=part,
                count_reset=self._number(segment, 2),
                count_init=self._number(segment, 3),
                active={"0": False, "1": True}.get(segment.field(5)),
                minutes=self._number(segment, 6),
            )
        self._keep("events", row)

    def _note(self, segment: Segment) -> None:
        self._keep("notes", a.Note(segment=segment.name, fields=segment.fields))

    def _power(self, segment: Segment) -> None:
        self._found["power_outages_reset"] = self._number(segment, 1)
        self._found["power_outages_init"] = self._number(segment, 2)


_PARTS: Final = {"CB1": "control_board", "AM1": "audit_module", "BA1": "bill_validator"}
_TOTALS: Final = {"VA1": "paid", "VA2": "test", "VA3": "free"}
_VENDS: Final = {"PA2": "paid", "PA3": "test", "PA4": "free"}
_INTERVALS: Final = {
    # name: (meaning, field since reset, field since initialisation)
    "CA3": (("taken", 1, 5), ("to_box", 2, 6), ("to_tubes", 3, 7), ("bills", 4, 8)),
    "CA4": (("change", 1, 3), ("paid_out_by_hand", 2, 4)),
    "CA8": (("overpaid", 1, 2),),
    "CA10": (("filled", 1, 2),),
}
_READ: Final[dict[str, Callable[[_Typing, Segment], None]]] = {
    **dict.fromkeys(_PARTS, _Typing._part),
    **dict.fromkeys(("ID1", "ID5", "ID6"), _Typing._id),
    **dict.fromkeys(_TOTALS, _Typing._total),
    **dict.fromkeys(("CA1", "CA2", "CA15", *_INTERVALS), _Typing._cash_record),
    **dict.fromkeys(("DA1", "DA2", "DB1", "DB2"), _Typing._reader),
    **dict.fromkeys((*_VENDS, "PA5", "PA7"), _Typing._of_selection),
    **dict.fromkeys(("EA1", "EA2"), _Typing._event),
    **dict.fromkeys(("EA3", "EA4", "EA5", "EA6"), _Typing._note),
    "TA2": _Typing._tokens,
    "PA1": _Typing._selection,
    "LA1": _Typing._list_price,
    "EA7": _Typing._power,
}
