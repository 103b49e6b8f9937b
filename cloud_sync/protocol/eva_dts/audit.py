"""An audit's values with types: what an EVA-DTS file says of the machine, its selections, its money and its events.

Amounts are minor units of the audit's currency, counters are None where the machine left them blank; dates as given.
"""

from __future__ import annotations

import msgspec


class Counter(msgspec.Struct, frozen=True, kw_only=True):
    """A number of vends and their value: since the machine was initialised, and since its last reset (interval)."""

    units_init: int | None = None
    value_init_minor: int | None = None
    units_reset: int | None = None
    value_reset_minor: int | None = None


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A machine or a part of one: serial number, model, revision of its software."""

    serial: str = ""
    model: str = ""
    revision: str = ""


class Machine(Unit, frozen=True, kw_only=True):
    """ID1, ID5, ID6: which machine it is, and what its clock said."""

    location: str = ""
    asset: str = ""
    date: str = ""
    time: str = ""
    cash_bag: str = ""


class Currency(msgspec.Struct, frozen=True, kw_only=True):
    """ID4: how many decimals the file's amounts have, and the currency (ISO 4217), empty where it is not said."""

    decimals: int | None = None
    numeric: str = ""
    code: str = ""


class ByDevice(msgspec.Struct, frozen=True, kw_only=True):
    """PA7: sales of a selection by what they were paid with (CA cash, DA and DB cashless, TA token)."""

    device: str
    price_list: str = ""
    price_minor: int | None = None
    sold: Counter = Counter()


class ListPrice(msgspec.Struct, frozen=True, kw_only=True):
    """LA1: a selection's price and paid vends in one price list."""

    price_list: str
    selection: str
    price_minor: int | None = None
    units_init: int | None = None
    units_reset: int | None = None


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """PA1 and what follows it: one selection (button, coil, recipe)."""

    selection: str
    price_minor: int | None = None
    name: str = ""
    capacity: int | None = None
    paid: Counter = Counter()
    """PA2."""
    test: Counter = Counter()
    """PA3."""
    free: Counter = Counter()
    """PA4."""
    last_date: str = ""
    """PA501."""
    last_time: str = ""
    """PA502."""
    sold_out_presses: int | None = None
    """PA503: how often it was selected while sold out."""
    by_device: tuple[ByDevice, ...] = ()


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """VA1 to VA3: all selections together."""

    paid: Counter = Counter()
    test: Counter = Counter()
    free: Counter = Counter()


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A sum of money since the machine was initialised and since its last reset."""

    init_minor: int | None = None
    reset_minor: int | None = None


class Cash(msgspec.Struct, frozen=True, kw_only=True):
    """The CA records: what the coin mechanism and the bill validator took and gave."""

    mechanism: Unit = Unit()
    sales: Counter = Counter()
    """CA2."""
    taken: Interval = Interval()
    """CA301, CA305: all cash in."""
    to_box: Interval = Interval()
    """CA302, CA306."""
    to_tubes: Interval = Interval()
    """CA303, CA307."""
    bills: Interval = Interval()
    """CA304, CA308."""
    change: Interval = Interval()
    """CA401, CA403: paid out as change."""
    paid_out_by_hand: Interval = Interval()
    """CA402, CA404."""
    overpaid: Interval = Interval()
    """CA8."""
    filled: Interval = Interval()
    """CA10."""
    tubes_minor: int | None = None
    """CA15: what stands in the tubes."""


class Cashless(msgspec.Struct, frozen=True, kw_only=True):
    """The DA and DB records: one cashless reader."""

    device: str
    reader: Unit = Unit()
    sales: Counter = Counter()


class MachineEvent(msgspec.Struct, frozen=True, kw_only=True):
    """EA1 (one event, with its time) or EA2 (how often it came)."""

    code: str
    part: str = ""
    """What follows an underscore: a selection, a size, a manufacturer's number."""
    date: str = ""
    time: str = ""
    count_init: int | None = None
    count_reset: int | None = None
    active: bool | None = None
    minutes: int | None = None
    """EA206: how long it lasted, all told."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """EA3 to EA6: readouts, initialisation, price changes and service, as the machine wrote them down."""

    segment: str
    fields: tuple[str, ...]


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """One audit. `others` are segments that no value was made of, as they stand in the file."""

    crc: str
    crc_stated: str = ""
    crc_computed: str = ""
    warnings: tuple[str, ...] = ()
    machine: Machine = Machine()
    control_board: Unit = Unit()
    audit_module: Unit = Unit()
    bill_validator: Unit = Unit()
    currency: Currency = Currency()
    totals: Totals = Totals()
    tokens: Counter = Counter()
    """TA2."""
    cash: Cash = Cash()
    cashless: tuple[Cashless, ...] = ()
    selections: tuple[Selection, ...] = ()
    price_lists: tuple[ListPrice, ...] = ()
    events: tuple[MachineEvent, ...] = ()
    power_outages_init: int | None = None
    power_outages_reset: int | None = None
    notes: tuple[Note, ...] = ()
    others: tuple[str, ...] = ()
