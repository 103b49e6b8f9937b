"""A cashless device's side of the bus as a pure state machine: words and time in, words and happenings out.

MDB/ICP 4.3 §7.2 states, §7.4 commands. It approves a selection only when told to, for the request it was told of,
once; what it cannot do in its state it acknowledges and calls out of sequence at the next POLL (§7.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from hardware.vending.mdb import port, requests
from hardware.vending.mdb.answers import Answer
from hardware.vending.mdb.bus_watch import BusWatch
from hardware.vending.mdb.codes import COMMUNICATIONS_ERROR, Response, State
from hardware.vending.mdb.conversation import Conversation
from hardware.vending.mdb.profile import Profile, peripheral_id, reader_config, session_funds
from hardware.vending.mdb.terms import configured, terms_at_power_up, with_options
from hardware.vending.mdb.vend import Vend

ASK_AGAIN_S: Final = 5.0
"""A session whose end we asked for, or that lingers after its vend, is asked to end again after this."""
RESULT_WITHIN_S: Final = 300.0
"""A machine that says so long neither success nor failure after a yes will not say it any more."""


class Reader:
    """One cashless device. `update` takes what came and says what follows."""

    def __init__(self, profile: Profile, wire: port.Wire | None = None) -> None:
        """It begins as after power-up: Inactive, with JUST RESET to say."""
        self._profile = profile
        self._wire = wire or port.Wire()
        self._talk = Conversation(profile.address, self._wire.confirms)
        self._answers = self._talk.waiting
        self._watch = BusWatch(self._wire.polled)
        self._requests = 0
        self._happened: list[port.Happening] = []
        self._now_s = 0.0
        self._state = State.INACTIVE
        self._power_up()

    def _power_up(self) -> None:
        """As after power-up or RESET (§7.4.1)."""
        self._answers.clear()
        self._terms = terms_at_power_up(self._profile, self._wire)
        self._offer: port.BeginSession | None = None
        self._session = False
        self._vend: Vend | None = None
        self._end_at_s: float | None = None
        if not self._wire.sets_up:
            self._answers.add(Answer(Response.JUST_RESET))
        self._to(self._resting if self._terms.configured else State.INACTIVE)

    @property
    def state(self) -> State:
        """Where it stands (§7.2)."""
        return self._state

    @property
    def wide(self) -> bool:
        """Whether amounts have 32 bits (§7.4.18)."""
        return self._terms.wide

    def update(self, now_s: float, inputs: Sequence[port.ReaderInput]) -> port.Turn:
        """Time went on and these things came."""
        self._now_s = now_s
        for given in inputs:
            self._take(given)
        self._watch_time()
        if not self._wire.polled:
            while (answer := self._next_answer()) is not None:
                self._say(answer)
        turn = port.Turn(self._talk.take_sent(), tuple(self._happened), self._wake_s())
        self._happened.clear()
        return turn

    def _take(self, given: port.ReaderInput) -> None:
        match given:
            case port.Heard(words=words):
                for word in words:  # one at a time: a command may change how long the next one is
                    self._hear(self._talk.hear(self._now_s, word, self._terms.wide))
            case port.Silence():
                self._hear(self._talk.silence(self._now_s, self._terms.wide))
            case port.LineGone():
                self._talk.silence(self._now_s, self._terms.wide)
                self._watch.begin(self._now_s)
                self._power_up()
            case port.BeginSession():
                self._offer = given
            case port.EndSession():
                self._offer = None
                if self._session:
                    self._end_at_s = self._now_s
            case port.TellState():
                self._happened.append(port.StateIs(self._state, self._terms.always_idle))
                self._happened.append(port.BusQuiet(self._watch.quiet))
            case port.Approve(request=request, until_s=until_s):
                if self._decides(request):
                    self._approve(until_s)
            case port.Deny(request=request):
                if self._decides(request):
                    self._deny()

    # ── what is heard ───────────────────────────────────────────────────────────────────────────────

    def _hear(self, heard: Sequence[requests.Request | None]) -> None:
        for request in heard:
            if self._watch.heard(self._now_s):
                self._happened.append(port.BusQuiet(False))
            if isinstance(request, requests.Poll):
                self._poll()
            elif request is not None:
                self._obey(request)

    def _poll(self) -> None:
        """§7.4.4: one thing to say, or ACK."""
        if (answer := self._next_answer()) is not None:
            self._say(answer)
        else:
            self._talk.ack()

    def _obey(self, request: requests.Request) -> None:
        match request:
            case requests.Reset():
                self._reset()
            case requests.SetupConfig() | requests.SetupPrices() | requests.RequestId():
                self._set_up(request)
            case requests.EnableOptions(bits=bits):
                self._enable_options(bits)
            case requests.ReaderEnable() | requests.ReaderDisable():
                self._allow(isinstance(request, requests.ReaderEnable))
            case requests.ReaderCancel() if self._state in (State.DISABLED, State.ENABLED):
                self._drop_offer()
                self._say(Answer(Response.CANCELLED))
            case requests.VendRequest():
                self._select(request)
            case requests.VendCancel():
                self._cancel_vend()
            case requests.VendSuccess() | requests.VendFailure() if self._vend_is("sent"):
                self._end_vend(isinstance(request, requests.VendSuccess))
            case requests.SessionComplete():
                self._complete_session()
            case requests.CashSale(price=price, item=item, currency=currency):
                self._talk.ack()
                self._happened.append(port.SoldForCash(price, item, currency))
            case requests.Revalue() if self._state is State.SESSION_IDLE:
                self._say(Answer(Response.REVALUE_DENIED))
            case requests.PassedOver():
                self._talk.ack()
            case _:
                self._out_of_sequence()

    def _reset(self) -> None:
        vend, session = self._vend, self._session or self._offer is not None
        unheard = self._answers.has(Response.VEND_APPROVED)
        self._power_up()
        self._talk.ack()
        if vend is not None and vend.phase == "sent":
            # Between a yes that was heard and its outcome a reset counts as success (§7.4.1).
            by_reset = (
                port.OutcomeUnknown(vend.request) if unheard else port.Dispensed(vend.request, by_reset=True)
            )
            self._happened.append(by_reset)
        elif vend is not None:
            self._happened.append(port.Withdrawn(vend.request))
        if session:
            self._happened.append(port.SessionEnded())

    def _drop_offer(self) -> None:
        """The controller wants no session now."""
        if self._offer is not None:
            self._offer = None
            self._happened.append(port.SessionEnded())

    def _set_up(self, request: requests.Request) -> None:
        if self._state in (State.SESSION_IDLE, State.VEND):
            self._out_of_sequence()
            return
        match request:
            case requests.SetupConfig(level=level):
                self._answers.forget(Response.JUST_RESET)
                self._terms = configured(self._terms, self._profile, level)
                self._say(Answer(Response.READER_CONFIG, reader_config(self._profile, self._terms.level)))
            case requests.SetupPrices():
                self._talk.ack()
                if self._terms.configured and self._state is State.INACTIVE:
                    self._to(State.DISABLED)
            case _:
                self._say(Answer(Response.PERIPHERAL_ID, peripheral_id(self._profile, self._terms.level)))

    def _enable_options(self, bits: int) -> None:
        if self._terms.level < 3 or self._state in (State.SESSION_IDLE, State.VEND):
            self._out_of_sequence()
            return
        self._terms = with_options(self._terms, self._profile, bits)
        self._talk.ack()
        self._happened.append(port.StateIs(self._state, self._terms.always_idle))

    def _allow(self, may_sell: bool) -> None:
        """READER ENABLE and DISABLE; what is under way goes on to its end (§7.4.12)."""
        # Some controllers send no prices: to have been asked for our configuration is enough.
        if not self._terms.configured:
            self._out_of_sequence()
            return
        self._talk.ack()
        self._terms = msgspec.structs.replace(self._terms, may_sell=may_sell)
        if self._state not in (State.SESSION_IDLE, State.VEND):
            self._to(self._resting)

    @property
    def _resting(self) -> State:
        return State.ENABLED if self._terms.may_sell else State.DISABLED

    # ── vending ─────────────────────────────────────────────────────────────────────────────────────

    def _select(self, asked: requests.VendRequest) -> None:
        if self._vend_is("asked") and self._vend is not None and self._vend.asked == asked:
            self._talk.ack()  # it missed our ACK; the decision is on its way
            return
        if self._vend_is("sent") and self._wire.sets_up:
            # The adapter took the machine's reset upon itself: what became of the last one was not passed on.
            self._lose_vend()
        open_to_all = self._state is State.ENABLED and (self._terms.always_idle or self._wire.sets_up)
        if not open_to_all and self._state is not State.SESSION_IDLE:
            self._out_of_sequence()
            return
        self._talk.ack()
        self._requests += 1
        # What it did not confirm it has heard, or it would not go on; a stale no must not meet this request.
        self._answers.forget(Response.BEGIN_SESSION, Response.SESSION_CANCEL_REQUEST, Response.VEND_DENIED)
        self._vend = Vend(self._requests, asked, self._now_s + self._profile.max_response_s)
        self._to(State.VEND)
        self._happened.append(port.Selected(self._requests, asked.price, asked.item))

    def _decides(self, request: int) -> bool:
        return self._vend is not None and self._vend.request == request and self._vend.phase == "asked"

    def _vend_is(self, phase: str) -> bool:
        return self._vend is not None and self._vend.phase == phase

    def _approve(self, until_s: float) -> None:
        assert self._vend is not None
        self._vend.phase = "answering"
        self._vend.approve_until_s = until_s
        amount = self._vend.asked.price.to_bytes(4 if self._terms.wide else 2, "big")
        self._answers.add(Answer(Response.VEND_APPROVED, amount))

    def _deny(self) -> None:
        assert self._vend is not None
        self._vend.phase = "answering"
        self._answers.add(Answer(Response.VEND_DENIED))

    def _cancel_vend(self) -> None:
        """VEND CANCEL is answered with VEND DENIED (§7.4.8); it may cross a yes that was never confirmed."""
        vend = self._vend
        unheard = self._answers.has(Response.VEND_APPROVED)
        if self._state is State.SESSION_IDLE:
            self._say(Answer(Response.VEND_DENIED))
        elif vend is None or (vend.phase == "sent" and self._wire.confirms and not unheard):
            self._out_of_sequence()
        else:
            self._answers.forget(Response.VEND_APPROVED, Response.VEND_DENIED)
            self._vend = None
            self._happened.append(
                (port.NotDispensed if vend.phase == "sent" else port.Withdrawn)(vend.request)
            )
            self._to_session_idle()
            self._say(Answer(Response.VEND_DENIED))

    def _end_vend(self, dispensed: bool) -> None:
        assert self._vend is not None
        self._talk.ack()
        self._answers.forget(Response.VEND_APPROVED)
        self._happened.append((port.Dispensed if dispensed else port.NotDispensed)(self._vend.request))
        self._vend = None
        self._to_session_idle()
        self._end_at_s = self._now_s + ASK_AGAIN_S

    def _lose_vend(self) -> None:
        """The yes has left, and what came of it nobody will say."""
        assert self._vend is not None
        self._answers.forget(Response.VEND_APPROVED)
        self._happened.append(port.OutcomeUnknown(self._vend.request))
        self._vend = None
        self._to_session_idle()

    def _to_session_idle(self) -> None:
        self._to(State.SESSION_IDLE)
        if not self._session:
            # Nobody began this session: if the controller does not end it either, it ends by itself.
            self._end_at_s = self._now_s + ASK_AGAIN_S

    def _complete_session(self) -> None:
        if (self._vend_is("sent") and not self._wire.sets_up) or not self._terms.configured:
            self._out_of_sequence()
            return
        if self._vend_is("sent"):
            self._lose_vend()
        elif self._vend is not None:
            self._happened.append(port.Withdrawn(self._vend.request))
        self._end_session()
        self._say(Answer(Response.END_SESSION))

    def _end_session(self) -> None:
        self._vend = None
        self._end_at_s = None
        self._answers.forget(
            *(Response.BEGIN_SESSION, Response.SESSION_CANCEL_REQUEST),
            *(Response.VEND_APPROVED, Response.VEND_DENIED),
        )
        if self._session:
            self._session = False
            self._happened.append(port.SessionEnded())
        self._to(self._resting)

    # ── what is said ────────────────────────────────────────────────────────────────────────────────

    def _next_answer(self) -> Answer | None:
        answer = self._answers.next()
        if answer is None and self._offer is not None and self._state is State.ENABLED:
            offer, self._offer = self._offer, None
            if self._now_s < offer.until_s:
                self._end_at_s = offer.until_s
                funds = session_funds(self._profile, offer.funds, self._terms.level, self._terms.wide)
                return Answer(Response.BEGIN_SESSION, funds)
        if answer is not None and answer.code == Response.VEND_APPROVED and not answer.sent:
            vend = self._vend
            if vend is None or self._now_s >= vend.approve_until_s:
                return Answer(Response.VEND_DENIED)
        return answer

    def _say(self, answer: Answer) -> None:
        """Put it on the bus; what follows from it follows the first time only."""
        again = answer.sent
        self._talk.say(answer)
        if again:
            return
        vend = self._vend
        match answer.code:
            case Response.BEGIN_SESSION:
                self._session = True
                self._to(State.SESSION_IDLE)
            case Response.VEND_APPROVED if vend is not None:
                vend.phase = "sent"
                vend.due_s = self._now_s + RESULT_WITHIN_S
                self._happened.append(port.ApprovalSent(vend.request))
            case Response.VEND_DENIED if vend is not None:
                self._vend = None
                self._happened.append(port.Withdrawn(vend.request))
                self._to_session_idle()

    def _out_of_sequence(self) -> None:
        self._talk.ack()
        state = bytes([self._state]) if self._terms.level >= 2 else b""
        self._answers.add(Answer(Response.OUT_OF_SEQUENCE, state))

    def _to(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self._happened.append(port.StateIs(state, self._terms.always_idle))

    # ── time ────────────────────────────────────────────────────────────────────────────────────────

    def _watch_time(self) -> None:
        now_s = self._now_s
        if self._vend is not None and now_s >= self._vend.due_s:
            if self._vend.phase == "asked":
                self._deny()
                self._answers.add(Answer(Response.MALFUNCTION, bytes([COMMUNICATIONS_ERROR])))
            elif self._vend.phase == "sent":
                self._lose_vend()
        if self._end_at_s is not None and self._state is State.SESSION_IDLE and now_s >= self._end_at_s:
            if self._session:
                self._answers.add(Answer(Response.SESSION_CANCEL_REQUEST))
                self._end_at_s = now_s + ASK_AGAIN_S
            else:
                self._end_session()
        if self._watch.fell_silent(now_s):
            self._happened.append(port.BusQuiet(True))

    def _wake_s(self) -> float | None:
        due = [self._watch.due_s]
        if self._vend is not None and self._vend.phase != "answering":
            due.append(self._vend.due_s)
        if self._state is State.SESSION_IDLE:
            due.append(self._end_at_s)
        return min((at_s for at_s in due if at_s is not None), default=None)
