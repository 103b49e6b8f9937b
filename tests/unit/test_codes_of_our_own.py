"""The codes popshop signs: who may say what, until when and where; whoever changes a letter is found out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.codes import own_codes
from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.codes.masking import masked
from cloud_sync.protocol.codes.meaning import Meaning, meaning_of
from cloud_sync.protocol.codes.own_codes import Content, mint

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = int((NOW + timedelta(minutes=5)).timestamp())


def public(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


KEYS = {"hq-1": public(KEY)}
CONTENTS: dict[own_codes.Kind, Content] = {
    "member": Content(key="hq-1", id="m-7f3a9c02", expires_at=LATER),
    "coupon": Content(key="hq-1", id="SPRING-0917", expires_at=LATER, amount_minor=500, currency="CNY"),
    "order": Content(key="hq-1", id="o-4410", store="pop-1", amount_minor=1_900, currency="CNY"),
    "receipt": Content(
        key="hq-1",
        id="r-1",
        store="pop-1",
        order="o-4410",
        amount_minor=1_900,
        currency="CNY",
        expires_at=LATER,
    ),
    "enrolment": Content(key="hq-1", id="once-5521", store="pop-2", expires_at=LATER),
    "staff": Content(key="hq-1", id="s-12aa", store="pop-1", expires_at=LATER),
}
KINDS = sorted(CONTENTS)


def judged(text: str, *, store: str = "pop-1", now: datetime = NOW) -> Meaning:
    return meaning_of(text, "QR", keys=KEYS, store=store, now=now)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_minted_says_the_same_when_it_is_scanned(kind):
    code = mint(kind, CONTENTS[kind], KEY)
    told = judged(code, store=CONTENTS[kind].store)
    assert told == Meaning(meaning=kind, code=CONTENTS[kind], signature="valid")


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_fits_a_small_qr_code_in_its_short_alphabet(kind):
    code = mint(kind, CONTENTS[kind], KEY)
    assert re.fullmatch(r"[0-9A-Z $%*+\-./:]+", code)
    assert len(code) <= 221, "QR version 8 at level M holds 221 of these"


def test_every_kind_says_which_it_is_in_the_clear():
    assert {mint(kind, CONTENTS[kind], KEY)[4] for kind in KINDS} == set(own_codes.LETTERS)


@pytest.mark.parametrize("kind", KINDS)
def test_without_keys_a_code_is_read_and_its_signature_left_open(kind):
    told = meaning_of(mint(kind, CONTENTS[kind], KEY))
    assert (told.meaning, told.signature, told.error, told.code) == (kind, "unchecked", "", CONTENTS[kind])


def test_a_keyboard_with_caps_lock_and_a_line_end_change_nothing():
    code = mint("coupon", CONTENTS["coupon"], KEY)
    assert judged(f"{code.lower()}\r\n").signature == "valid"


def test_a_code_that_another_key_signed_is_not_good_and_still_says_what_it_claims():
    told = judged(mint("coupon", CONTENTS["coupon"], OTHER_KEY))
    assert (told.meaning, told.signature, told.error) == ("coupon", "invalid", "the signature does not fit")


def test_a_signer_that_is_not_known_here_vouches_for_nothing():
    content = msgspec.structs.replace(CONTENTS["coupon"], key="hq-2")
    told = judged(mint("coupon", content, KEY))
    assert (told.signature, told.error) == ("invalid", "signed with a key that is not known here")


def test_no_coupon_becomes_a_receipt_by_another_letter():
    code = mint("order", msgspec.structs.replace(CONTENTS["receipt"]), KEY)
    told = judged(code.replace("PS1.O.", "PS1.R."))
    assert (told.meaning, told.signature) == ("receipt", "invalid")


@given(st.data())
def test_whoever_changes_a_letter_is_found_out(data):
    code = mint("receipt", CONTENTS["receipt"], KEY)
    place = data.draw(st.integers(len("PS1."), len(code) - 1))
    letter = data.draw(
        st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567.0189 ").filter(lambda new: new != code[place])
    )
    told = judged(code[:place] + letter + code[place + 1 :])
    assert told.signature != "valid"
    assert told.error


@pytest.mark.parametrize("cut", [1, 10, 60, 110])
def test_a_code_that_was_not_read_whole_is_not_taken(cut):
    told = judged(mint("receipt", CONTENTS["receipt"], KEY)[:-cut])
    assert told.signature != "valid"
    assert told.error


def test_a_code_is_good_until_its_time_and_not_after():
    code = mint("member", CONTENTS["member"], KEY)
    assert judged(code, now=NOW + timedelta(minutes=4, seconds=59)).error == ""
    told = judged(code, now=NOW + timedelta(minutes=5))
    assert (told.meaning, told.signature) == ("member", "valid")
    assert told.error == "expired at 2026-11-22 09:35 UTC"


def test_a_code_of_one_store_is_not_good_in_another():
    code = mint("receipt", CONTENTS["receipt"], KEY)
    assert judged(code, store="pop-2").error == "good in another store only"
    assert judged(mint("coupon", CONTENTS["coupon"], KEY), store="pop-2").error == "", (
        "a coupon of no store is good in all"
    )


@pytest.mark.parametrize(
    ("kind", "change", "why"),
    [
        ("member", {"expires_at": 0}, "without expires_at"),
        ("staff", {"expires_at": 0}, "without expires_at"),
        ("receipt", {"store": "", "order": ""}, "without store and order"),
        ("order", {"store": "no store"}, "cannot be"),
        ("coupon", {"id": ""}, "cannot be"),
        ("coupon", {"id": "店"}, "cannot be"),
        ("coupon", {"id": "x" * 65}, "cannot be"),
        ("coupon", {"key": ""}, "cannot be"),
        ("coupon", {"amount_minor": -1}, "cannot be"),
        ("coupon", {"amount_minor": 2**60}, "cannot be"),
        ("coupon", {"currency": "yuan"}, "cannot be"),
        ("coupon", {"expires_at": 2**50}, "cannot be"),
    ],
)
def test_nothing_is_minted_that_would_not_be_read(kind, change, why):
    with pytest.raises(CodeError, match=why):
        mint(kind, msgspec.structs.replace(CONTENTS[kind], **change), KEY)


def test_a_field_of_a_later_program_is_passed_over():
    packed = msgspec.msgpack.encode([*msgspec.to_builtins(CONTENTS["coupon"]), "new", {"also": 1}])
    signature = Ed25519PrivateKey.from_private_bytes(KEY).sign(own_codes._signed("C", packed))
    code = f"PS1.C.{own_codes._base32(packed)}.{own_codes._base32(signature)}"
    assert judged(code) == Meaning(meaning="coupon", code=CONTENTS["coupon"], signature="valid")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("PS1.", "not read whole"),
        ("PS1.C", "not read whole"),
        ("PS1.C.AAAA.", "not read whole"),
        ("PS1.X.AAAA.AAAA", "not read whole"),
        ("PS1.C.A.A", "not read whole"),
        ("PS1.C.AAAA.AAAA", "cannot be read"),
        ("PS1.C." + "A" * 500 + "." + "A" * 103, "not read whole"),
        ("PS2.C.AAAA.AAAA", "version 2"),
        ("PS1.C.AB.AA", "last letter"),
    ],
)
def test_what_only_begins_like_one_of_ours_is_unknown_and_says_why(text, why):
    told = judged(text)
    assert told == Meaning(error=told.error)
    assert why in told.error


@given(st.binary(max_size=80), st.binary(max_size=80), st.sampled_from("MCORES"))
def test_no_bytes_in_a_code_break_the_reading(packed, signature, letter):
    told = judged(f"PS1.{letter}.{own_codes._base32(packed)}.{own_codes._base32(signature)}")
    assert told.signature != "valid"
    assert told.error


def test_two_texts_are_never_one_code():
    head, _, signature = mint("coupon", CONTENTS["coupon"], KEY).rpartition(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    twins = {
        judged(f"{head}.{signature[:-1]}{letter}").signature for letter in last if letter != signature[-1]
    }
    assert "valid" not in twins


@pytest.mark.parametrize("kind", ["member", "staff", "enrolment"])
def test_nothing_of_a_code_that_stands_for_a_person_is_kept(kind):
    assert masked(mint(kind, CONTENTS[kind], KEY)) == f"PS1.{kind[0].upper()}.…"


@pytest.mark.parametrize("kind", ["coupon", "order", "receipt"])
def test_of_the_others_what_they_say_is_kept_and_not_what_makes_them_good(kind):
    code = mint(kind, CONTENTS[kind], KEY)
    assert masked(code) == code.rpartition(".")[0] + "…"
