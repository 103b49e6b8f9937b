"""An audit's values: typed where they can be, None where they are blank, a warning where they are nonsense."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cloud_sync.protocol.eva_dts import dex
from cloud_sync.protocol.eva_dts.audit import (
    Audit,
    Cash,
    Cashless,
    Counter,
    Currency,
    ListPrice,
    Machine,
    MachineEvent,
    Selection,
    Unit,
)
from cloud_sync.protocol.eva_dts.building import built
from cloud_sync.protocol.eva_dts.events import meaning
from cloud_sync.protocol.eva_dts.typing_audit import audit_of
from popshop.cli import app
from popshop.console import UserError


def read(*rows: str) -> Audit:
    return audit_of(dex.read("\r\n".join(["ST*001*0001", *rows, ""]).encode()))


def test_who_the_machine_is_and_what_its_parts_are():
    audit = read(
        "ID1*SN1*Model 5 *0105*Lobby**A-77",
        "ID5*20261122*083000",
        "ID6*BAG9",
        "CB1*c*cb*7",
        "AM1*a*am",
        "BA1*b",
    )
    assert (audit.machine.serial, audit.machine.model, audit.machine.asset) == ("SN1", "Model 5", "A-77")
    assert (audit.machine.date, audit.machine.time, audit.machine.cash_bag) == ("20261122", "083000", "BAG9")
    assert (audit.control_board.revision, audit.audit_module.model, audit.bill_validator.serial) == (
        "7",
        "am",
        "b",
    )


@pytest.mark.parametrize(
    ("id4", "written", "minor", "code"),
    [
        ("ID4*2*1156*CNY", 450, 450, "CNY"),
        ("ID4*1*1978*EUR", 45, 450, "EUR"),
        ("ID4*0*1392*JPY", 450, 450, "JPY"),
        ("ID4*2*1392*JPY", 45_000, 450, "JPY"),
        ("ID4*2*1156*", 450, 450, "CNY"),
        ("ID4*2*0086*", 450, 450, ""),
        ("ID4***", 450, 450, ""),
    ],
)
def test_amounts_become_minor_units_by_the_files_own_decimals(id4, written, minor, code):
    audit = read(id4, f"PA1*1*{written}")
    assert audit.selections[0].price_minor == minor
    assert audit.currency.code == code


def test_an_amount_finer_than_the_currency_is_not_rounded():
    audit = read("ID4*3*1978*EUR", "PA1*1*1234")
    assert audit.selections[0].price_minor is None
    assert "finer than the currency" in " ".join(audit.warnings)


def test_a_selections_records_stand_together():
    audit = read(
        "PA1*11*250*WATER*8",
        "PA2*120*30000*12*3000",
        "PA3*2*0*1*0",
        "PA4*3*0*0*0",
        "PA5*20261101*101500*4",
        "PA7*11*CA*0*250*100*25000*10*2500",
        "PA7*11*DA*0*250*20*5000*2*500",
        "LA1*1*11*240*7*1",
    )
    (water,) = audit.selections
    assert (water.selection, water.name, water.price_minor, water.capacity) == ("11", "WATER", 250, 8)
    assert water.paid == Counter(
        units_init=120, value_init_minor=30_000, units_reset=12, value_reset_minor=3_000
    )
    assert (water.test.units_init, water.free.units_init, water.sold_out_presses) == (2, 3, 4)
    assert [(sold.device, sold.sold.units_init) for sold in water.by_device] == [("CA", 100), ("DA", 20)]
    assert (audit.price_lists[0].selection, audit.price_lists[0].price_minor) == ("11", 240)


def test_totals_have_their_value_first_and_money_its_interval():
    audit = read(
        "VA1*30000*120*3000*12",
        "CA1*X1*MECH",
        "CA2*25000*100*2500*10",
        "CA3*2600*1000*1500*100*26000*9000*16000*1000",
        "CA4*100*0*1000*50",
        "CA8*5*55",
        "CA10*0*900",
        "CA15*4300",
        "DA1*D1*READER",
        "DA2*5000*20*500*2",
        "TA2*0*0",
        "EA7*1*19",
    )
    cash = audit.cash
    assert (audit.totals.paid.units_init, audit.totals.paid.value_init_minor) == (120, 30_000)
    assert (cash.mechanism.model, cash.sales.units_init) == ("MECH", 100)
    assert (cash.taken.reset_minor, cash.taken.init_minor) == (2_600, 26_000)
    assert (cash.to_tubes.init_minor, cash.bills.init_minor) == (16_000, 1_000)
    assert (cash.change.init_minor, cash.paid_out_by_hand.init_minor, cash.overpaid.init_minor) == (
        1_000,
        50,
        55,
    )
    assert (cash.filled.init_minor, cash.tubes_minor) == (900, 4_300)
    (reader,) = audit.cashless
    assert (reader.device, reader.reader.model, reader.sales.units_init) == ("DA", "READER", 20)
    assert (audit.power_outages_reset, audit.power_outages_init) == (1, 19)


def test_events_keep_their_time_as_given_and_blank_figures_stay_blank():
    audit = read("EA1*EJC_12*20261120*1010", "EA2*EGS*3*40**1*7", "EA2*EAR**", "EA3*9*20261121*2200")
    jam, door, coins = audit.events
    assert (jam.code, jam.part, jam.date, jam.time) == ("EJC", "12", "20261120", "1010")
    assert (door.count_reset, door.count_init, door.active, door.minutes) == (3, 40, True, 7)
    assert (coins.count_reset, coins.count_init, coins.active) == (None, None, None)
    assert audit.notes[0].fields == ("9", "20261121", "2200")


def test_what_is_no_number_is_none_with_a_warning_and_what_belongs_nowhere_is_kept():
    audit = read("PA2*1*2", "PA1*1*abc", "PA2*1e3*-*٣", "PA1*1*100", "PA7*9*CA*0*1", "MA5*x*y")
    told = " ".join(audit.warnings)
    assert audit.selections[0].price_minor is None
    assert audit.selections[0].paid == Counter()
    assert audit.others == ("PA2*1*2", "MA5*x*y")
    for said in (
        "PA2 without a selection",
        "'abc'",
        "'1e3'",
        "selection '1' stands twice",
        "PA7 of selection '9'",
    ):
        assert said in told


def test_sums_that_do_not_reconcile_are_said_and_left_as_they_are():
    audit = read("VA1*900*3", "PA1*1*300", "PA2*1*300*2*600", "PA1*2*300", "PA2*1*300")
    told = " ".join(audit.warnings)
    assert "units since initialisation: the selections (PA2) add up to 2, the total (VA1) says 3" in told
    assert "selection 1 (PA2) has more since the last reset (2) than since initialisation (1)" in told
    assert audit.totals.paid.units_init == 3


def test_what_is_built_is_read_as_it_was_meant():
    sold = Counter(units_init=4, value_init_minor=1_000, units_reset=1, value_reset_minor=250)
    selections = [Selection(selection="1-01", price_minor=250, name="TEA", capacity=8, paid=sold)]
    audit = audit_of(dex.read(built(Unit(serial="S", model="M", revision="1"), "CNY", selections, sold)))
    assert audit.warnings == ()
    assert audit.selections == tuple(selections)
    assert (audit.totals.paid, audit.cash.sales, audit.currency.code) == (sold, sold, "CNY")


@pytest.mark.parametrize(
    ("code", "said", "stops", "known"),
    [
        ("EJC", "A slot is jammed", "slot", True),
        ("ejc_12", "A slot is jammed", "slot", True),
        ("EJH", "Too warm for too long: it sells nothing", "food", True),
        ("EGS", "The door is open", "machine", True),
        ("EK2A", "The card slot has a fault", "nothing", True),
        ("EC1F", "The selection board has a fault", "machine", True),
        ("EAU_000C", "The coin mechanism reports a fault", "nothing", False),
        ("EJ9", "The product delivery system reports a fault", "slot", False),
        ("EDW", "The hot drinks system was looked at, and no fault was found", "nothing", True),
        ("OFD", "A cash collection was noted", "nothing", False),
        ("", "The machine reports a fault", "nothing", False),
        ("💥", "The machine reports a fault", "nothing", False),
    ],
)
def test_a_code_says_what_it_is_and_what_it_stops_and_an_unknown_one_its_part_of_the_machine(
    code, said, stops, known
):
    found = meaning(code)
    assert (found.what[1], found.stops, found.known) == (said, stops, known)


AUDIT = built(Unit(serial="S"), "CNY", [Selection(selection="1", name="[TEA]")], Counter())


def test_the_command_prints_every_value_as_json_with_the_verdict_and_warnings(tmp_path):
    (tmp_path / "a.dex").write_bytes(AUDIT.replace(b"[TEA]", b"[COF]"))
    done = CliRunner().invoke(app, ["device", "dex", str(tmp_path / "a.dex"), "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["crc"], told["selections"][0]["name"]) == (0, "mismatch", "[COF]")
    assert any("changed on its way" in warning for warning in told["warnings"])


def test_the_command_reads_standard_input_and_shows_a_table_and_the_events_in_words():
    text = AUDIT.replace(b"G85", b"EA2*EJC*1*3\r\nG85")
    (event,) = json.loads(CliRunner().invoke(app, ["device", "dex", "-", "--json"], input=text).stdout)[
        "events"
    ]
    assert (event["what_en"], event["stops"], event["count_init"]) == ("A slot is jammed", "slot", 3)
    done = CliRunner().invoke(app, ["device", "dex", "-"], input=text)
    assert done.exit_code == 0
    assert "[TEA]" in done.stdout
    assert "A slot is" in done.stdout
    assert "mismatch" in done.stdout


@pytest.mark.parametrize("arguments", [["-"], ["-", "--json"], ["nowhere.dex"]])
def test_what_is_no_audit_is_an_error_a_person_can_put_right(arguments):
    done = CliRunner().invoke(app, ["device", "dex", *arguments], input="hello")
    assert isinstance(done.exception, UserError)
    assert done.stdout == ""


# ── the page ────────────────────────────────────────────────────────────────────────────────────────

PAGE = (Path(__file__).parents[2] / "docs" / "audits.md").read_text("utf-8")


def test_the_pages_example_says_of_itself_what_the_page_says():
    (text,) = re.findall(r"```dex\n(.*?)```", PAGE, re.DOTALL)
    audit = audit_of(dex.read(text.encode()))
    assert audit.crc == "ok"
    assert audit.warnings
    assert all(f"- {warning}\n" in PAGE for warning in audit.warnings)


def test_the_page_names_every_value():
    table = PAGE[PAGE.index("| key |") :]
    structs = (Audit, Selection, Counter, Machine, MachineEvent, Cash, Cashless, Currency, ListPrice)
    fields = {name for struct in structs for name in struct.__struct_fields__}
    fields -= set(Counter.__struct_fields__)  # they stand in the text above the table
    assert not {name for name in fields if name not in re.findall(r"\w+", table)}
