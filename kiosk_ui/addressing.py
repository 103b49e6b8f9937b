"""Where to send what is bought: typed on the shopper's own phone, never on the glass, never told to the kiosk. Pure."""

from __future__ import annotations

from dataclasses import replace

from kiosk_ui.answers import AddressAsked
from kiosk_ui.requests import AskAddress
from kiosk_ui.shop import AddressState
from kiosk_ui.state import Address, State, Step


def ask(state: State, whole: bool) -> Step:
    """Put the way to the phone's page on the glass; the order waits for it. `whole`: it is the cart's."""
    if isinstance(state.unsent, AskAddress):
        return state.sending(state.unsent)
    state, key = state.with_key("address")
    return replace(state, addressing=True, whole=whole, address=None).sending(AskAddress(key))


def asked(state: State, answer: AddressAsked, now_s: float) -> State:
    """The page is there."""
    return replace(state, address=Address(answer.id, answer.url, now_s + answer.lasts_s, answer.lasts_s))


def heard(state: State, told: AddressState, now_s: float) -> State:
    """The agent says how far the phone is. Once the address is given, the order can be placed."""
    address = state.address
    if address is None or told.id != address.id or not state.addressing:
        return state
    given = told.state == "given"
    heard_of = replace(address, opened=True, given=given) if told.state != "waiting" else address
    # Who types on a phone is still here, though the glass is not touched.
    touched_at_s = now_s if heard_of != address else state.touched_at_s
    return replace(state, address=heard_of, addressing=not given, touched_at_s=touched_at_s)


def left(state: State) -> State:
    """Back to what is bought; the page is void."""
    waiting = tuple(request for request in state.waiting if not isinstance(request, AskAddress))
    return replace(
        state,
        addressing=False,
        whole=False,
        address=None,
        waiting=waiting,
        unsent=None,
        refusal=None,
        hint="",
    )


def ticked(state: State, now_s: float) -> State:
    """The page does not last for ever."""
    address = state.address
    if not state.addressing or address is None or now_s < address.until_s or address.void:
        return state
    return replace(state, address=replace(address, void=True), touched_at_s=now_s)
