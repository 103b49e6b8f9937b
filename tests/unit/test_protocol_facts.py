"""The registry of facts: every kind is written and read back; what a later version adds is told apart."""

import re
import types
import typing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.identifiers import INTERACTIONS, LEDGER

kinds = st.sampled_from(sorted(facts.LEDGER_FACTS))
PERSONAL = {"name", "phone", "email", "openid", "address", "birthday", "face", "plate_number"}
# A `member` is a random key; who owns it stands at headquarters and can be erased.


def values_of(hint):
    """A strategy for one field's type."""
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return st.sampled_from(typing.get_args(hint))
    if origin is list:
        return st.lists(values_of(typing.get_args(hint)[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(
            st.text(max_size=8), st.integers(-(2**53), 2**53) | st.text(max_size=8), max_size=3
        )
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(values_of, typing.get_args(hint)))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return structs(hint)
    simple = {
        str: st.text(max_size=20),
        int: st.integers(-(2**53), 2**53),
        bool: st.booleans(),
        type(None): st.none(),
    }
    return simple[hint]


def structs(cls):
    hints = {field.name: field.type for field in msgspec.structs.fields(cls)}
    return st.builds(cls, **{name: values_of(hint) for name, hint in hints.items()})


@given(st.data())
def test_every_ledger_fact_survives_being_written_and_read(data):
    kind = data.draw(kinds)
    fact = data.draw(structs(facts.LEDGER_FACTS[kind]))
    assert facts.type_of(fact) == kind
    assert facts.read(kind, msgspec.json.encode(fact)) == fact


@pytest.mark.parametrize("kind", facts.INTERACTION_KINDS)
def test_every_interaction_kind_survives_being_written_and_read(kind):
    fact = facts.Interaction(device="shelf-1", kind=kind, visit="v1", item="A1", detail={"dwell_ms": 1_200})
    assert facts.read(facts.type_of(fact), msgspec.json.encode(fact)) == fact


def test_every_type_name_is_in_shop_language_and_carries_its_version():
    names = [*facts.LEDGER_FACTS, *map(facts.interaction_type, facts.INTERACTION_KINDS)]
    assert all(re.fullmatch(r"popshop(\.[a-z_]+){2}\.v[1-9]\d*", name) for name in names)
    assert len(set(names)) == len(names)


def test_every_fact_class_is_registered_once():
    ours = [cls for cls in facts.Fact.__subclasses__() if cls.__module__.startswith("cloud_sync.")]
    concrete = [cls for cls in ours if cls is not facts.Interaction]
    assert sorted(facts.LEDGER_FACTS) == sorted(cls.TYPE for cls in concrete)
    assert all(cls.STREAM == LEDGER for cls in concrete)
    assert facts.Interaction.STREAM == INTERACTIONS


def test_a_type_of_a_later_version_is_not_known_and_not_an_error():
    assert facts.read("popshop.order.placed.v99", b"anything at all") is None
    assert facts.read("", b"") is None


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b'{"vend": 7}', b"\xff"])
def test_data_that_does_not_fit_a_known_type_is_an_error(data):
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        facts.read("popshop.vend.dispensed.v1", data)


def test_a_field_that_a_later_version_added_is_passed_over():
    assert facts.read(
        "popshop.device.door_opened.v1", b'{"device": "d1", "colour": "red"}'
    ) == device_facts.DoorOpened(device="d1")


def test_no_money_is_a_float():
    classes: list[type[msgspec.Struct]] = [*facts.LEDGER_FACTS.values(), facts.OrderLine]
    for cls in classes:
        for field in msgspec.structs.fields(cls):
            assert field.type is not float, f"{cls.__name__}.{field.name}"
            if field.name.endswith("_version"):
                continue
            if "price" in field.name or "amount" in field.name or "total" in field.name:
                assert field.type is int, f"{cls.__name__}.{field.name}"
                assert field.name.endswith("_minor"), f"{cls.__name__}.{field.name}"


def test_no_fact_has_a_field_for_a_person():
    classes: list[type[msgspec.Struct]] = [*facts.LEDGER_FACTS.values(), facts.Interaction]
    for cls in classes:
        fields = {field.name for field in msgspec.structs.fields(cls)}
        if cls is facts.StoreOpened:
            fields.discard("name")  # a store's name is no person's
        assert not fields & PERSONAL, cls.__name__
