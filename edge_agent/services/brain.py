"""The one door in, and the one writer behind it.

Commands wait in a bounded inbox. `step` takes what waits, opens one transaction, decides each command,
records its facts, commits, and only then answers. One command that breaks is set aside by itself; the
rest of its batch goes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
import structlog

from cloud_sync.protocol import day_facts, device_facts, facts, instructions
from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.numbered_log import Verdict
from edge_agent.domain import commands, food, food_commands, payment_commands
from edge_agent.domain.device import LogPosition, place
from edge_agent.domain.refusals import Refusal
from edge_agent.services.consequences import with_consequences
from edge_agent.services.down_rows import decide_down
from edge_agent.services.handlers import HANDLERS, NO_SALES, SALES, Rules
from edge_agent.services.inbox import Inbox
from edge_agent.services.ports import Clock, Journal, StorageFull
from edge_agent.services.report_handlers import decide_report

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command. `subject` is the id of what it made or changed.

    Refused with `disk_full`, nothing was written: a device then must not be told that its report is taken.
    """

    refusal: Refusal | None = None
    subject: str = ""
    upto: int = 0
    """For a device report: its boot's watermark now; 0 when the report was refused for a gap."""


Done = Callable[[Answer], None]
Entry = tuple[commands.Command, Done | None]

REPORTS = (commands.DeviceReported, commands.UnreadableReport)
OK = Answer()
DISK_FULL = Answer(Refusal("disk_full"))
BROKEN = Answer(Refusal("broken"))


class Brain:
    """Owns the writing side of the store's file; `step` must be called from one thread only."""

    def __init__(
        self,
        journal: Journal,
        rules: Rules,
        clock: Clock,
        *,
        inbox_limit: int = 10_000,
        batch_limit: int = 512,
    ) -> None:
        self._journal = journal
        self._rules = rules
        self._clock = clock
        self._inbox: Inbox[Entry] = Inbox(inbox_limit)
        self._batch_limit = batch_limit
        self._listeners: list[tuple[Callable[[], None], frozenset[type[facts.Fact]]]] = []
        self._kinds: set[type[facts.Fact]] = set()
        """Of the facts that were recorded since listeners were told."""
        self._bookkeeping: dict[type[commands.Command], Callable[[Any], None]] = {
            commands.SyncAdvanced: journal.sync_advanced,
            commands.EpochSettled: journal.epoch_settled,
            commands.HeardOfHq: journal.heard_of_hq,
            commands.StandingChanged: journal.standing_changed,
            food_commands.FoodWatched: journal.food_watched,
            payment_commands.LinkChanged: journal.link_changed,
        }
        self.storage_full = False
        """Set when the disk is (nearly) full; new sales are refused while it is."""

    # ── for senders, from any thread ────────────────────────────────────────────────────────────────

    def submit(self, command: commands.Command, done: Done | None = None, *, timeout_s: float = 5.0) -> None:
        """Queue a command; `done` is called with its answer after COMMIT, on the writer's thread.

        Raises InboxFull when there is no room within `timeout_s`; then nothing was taken.
        """
        self._inbox.put((command, done), timeout_s)

    def on_commit(self, listener: Callable[[], None], of: Iterable[type[facts.Fact]] = ()) -> None:
        """Have `listener` called (on the writer's thread, so it must only wake somebody) after a commit.

        `of`: only after one of facts of these kinds. Most of a day's facts are of visitors, and concern few.
        """
        self._listeners.append((listener, frozenset(of)))

    @property
    def waiting(self) -> int:
        """Commands in the inbox."""
        return len(self._inbox)

    def close(self) -> None:
        """Take no more commands; those inside are still worked off by `step`."""
        self._inbox.close()

    # ── for the writer's thread ─────────────────────────────────────────────────────────────────────

    def step(self, timeout_s: float) -> int:
        """Work off what waits (waiting up to `timeout_s` for the first). Returns how many commands."""
        batch = self._inbox.take(self._batch_limit, timeout_s)
        if not batch:
            return 0
        try:
            answers = self._commit(batch)
        except StorageFull:
            answers = [self._ran_out()] * len(batch)
        except Exception:
            # One command broke the batch, and nothing of it was kept: find it by going one at a time.
            answers = [self._alone(entry) for entry in batch]
        self._tell(batch, answers)
        return len(batch)

    def _tell(self, batch: list[Entry], answers: list[Answer]) -> None:
        """Give everybody their answer. One who cannot take it must not cost the others theirs."""
        for (command, done), answer in zip(batch, answers, strict=True):
            if done is not None:
                try:
                    done(answer)
                except Exception:
                    log.exception("answer_not_taken", kind=type(command).__name__, id=command.id)
        kinds, self._kinds = self._kinds, set()
        for listener, of in self._listeners:
            try:
                if not of or not of.isdisjoint(kinds):
                    listener()
            except Exception:
                log.exception("listener_broke")

    def _record(
        self,
        new: Sequence[facts.Fact],
        *,
        cause: str,
        device_time: str = "",
        offset_ms: int | None = None,
    ) -> None:
        self._kinds.update(map(type, new))
        self._journal.record(new, cause=cause, device_time=device_time, offset_ms=offset_ms)

    def _commit(self, batch: Iterable[Entry]) -> list[Answer]:
        now = self._clock.now()
        self._journal.begin(now)
        try:
            answers = [self._handle(command, now) for command, _ in batch]
            self._journal.commit()
        except BaseException:
            self._journal.rollback()
            raise
        return answers

    def _alone(self, entry: Entry) -> Answer:
        """One command in its own transaction; a broken one is quarantined."""
        try:
            return self._commit([entry])[0]
        except StorageFull:
            return self._ran_out()
        except Exception as error:
            log.exception("command_broke", kind=type(entry[0]).__name__, id=entry[0].id)
            return self._set_aside(entry[0], error)

    def _set_aside(self, command: commands.Command, error: Exception) -> Answer:
        now = self._clock.now()
        reason = f"{type(error).__name__}: {error}"
        try:
            self._journal.begin(now)
            try:
                answer = self._quarantine(command, reason)
                self._journal.commit()
            except BaseException:
                self._journal.rollback()
                raise
            return answer
        except StorageFull:
            return self._ran_out()
        except Exception:
            # Not even the quarantine takes it (a broken disk): whoever asked must still get an answer.
            log.exception("cannot_quarantine", kind=type(command).__name__, id=command.id)
            return BROKEN

    def _ran_out(self) -> Answer:
        """Nothing was written."""
        if not self.storage_full:
            log.error("storage_full")
        self.storage_full = True
        return DISK_FULL

    # ── one command ─────────────────────────────────────────────────────────────────────────────────

    def _handle(self, command: commands.Command, now: datetime) -> Answer:
        if isinstance(command, REPORTS) and not self._journal.reader.disk_is_proved():
            # What an older copy writes cannot join the log that went on without it. The device keeps its report.
            return Answer(NO_SALES[self._journal.reader.standing()])
        if isinstance(command, commands.DeviceReported):
            return self._report(command, now)
        keep = self._bookkeeping.get(type(command))
        if keep is not None:
            keep(command)
            return OK
        if isinstance(command, commands.ApplyDown):
            return self._apply_down(command, now)
        if isinstance(command, (commands.UnreadableReport, commands.UnreadablePresence)):
            # A device sends a report until we take it, and this one we never can: once in the books is enough.
            if isinstance(command, commands.UnreadablePresence) or self._journal.unreadable_arrived(
                command.device, sha256(command.body).digest()
            ):
                self._set_body_aside(command.device, command.topic, command.reason, command.body, command.id)
            return OK
        if command.id:
            stored = self._journal.reply_to(command.id)
            if stored is not None:
                return msgspec.json.decode(stored, type=Answer)
        if isinstance(command, SALES):
            if self.storage_full:
                return DISK_FULL
            refused = NO_SALES.get(self._journal.reader.standing())
            if refused is not None:
                return Answer(refused)
        return self._decide(command, now)

    def _decide(self, command: commands.Command, now: datetime) -> Answer:
        outcome = HANDLERS[type(command)](self._journal.reader, command, now, self._rules)
        if isinstance(outcome, Refusal):
            # Not remembered: a refusal changed nothing, and the same key may succeed later.
            return Answer(outcome)
        self._record(self._completed(outcome, now), cause=command.id)
        answer = Answer(subject=_subject(command, outcome))
        self._note(command, now)
        if command.id:
            self._journal.remember_reply(command.id, msgspec.json.encode(answer))
        return answer

    def _completed(self, outcome: list[facts.Fact], now: datetime) -> list[facts.Fact]:
        return with_consequences(self._journal.reader, outcome, now, self._rules)

    def _apply_down(self, command: commands.ApplyDown, now: datetime) -> Answer:
        """A row of headquarters' log, if it is the next one; `malformed` when not even its number can be read."""
        try:
            row = instructions.read_row(command.body)
        except instructions.UnreadableRow as error:
            self._journal.quarantine_once("down", str(error), command.body)
            return Answer(Refusal("malformed", str(error)[:300]))
        outcome = decide_down(self._journal.reader, row)
        self._record(self._completed(outcome, now), cause=command.id or f"hq-{row.epoch}-{row.seq}")
        return OK

    def _note(self, command: commands.Command, now: datetime) -> None:
        """What a presence message tells beside facts: readings, the clock's offset, that it lives."""
        if isinstance(command, commands.DevicePresence):
            state = command.state
            offset_ms = _offset_ms(now, state.at) if state.status != "lost" else None
            self._journal.note_presence(command.device, "", offset_ms, state.readings, "")
            warmth = food.heard(
                self._journal.reader.food_in(command.device).warmth, state, now, self._rules.policy
            )
            if warmth is not None:
                self._journal.note_warmth(command.device, warmth)
        elif isinstance(command, commands.DeviceIntroduced):
            described = msgspec.json.encode(command.describe).decode()
            self._journal.note_presence(command.device, command.describe.boot, None, {}, described)

    def _report(self, command: commands.DeviceReported, now: datetime) -> Answer:
        device = command.device
        refused = self._admit(command)
        if refused is not None:
            return refused
        if command.report is None:
            self._set_body_aside(device, "report", command.error, command.body, command.id)
            return Answer(upto=command.seq)
        outcome = decide_report(self._journal.reader, command, command.report, now, self._rules.policy)
        if isinstance(outcome, Refusal):
            reason = f"{outcome.code}: {outcome.detail}"
            self._set_body_aside(device, "report", reason, command.body, command.id)
        else:
            self._record(
                self._completed(outcome, now),
                cause=command.id,
                device_time=command.at,
                offset_ms=self._journal.clock_offset_ms(device),
            )
        return Answer(upto=command.seq)

    def _admit(self, command: commands.DeviceReported) -> Answer | None:
        """Move the log on to this report; an answer when it is known already or comes too early."""
        device, boot = command.device, command.boot
        position = self._journal.log_position(device, boot)
        now_s = self._clock.monotonic()
        verdict, passed = place(position, command.seq, now_s)
        if verdict is Verdict.SKIP:
            return Answer(upto=position.upto)
        if verdict is Verdict.GAP:
            self._gap(command, position, now_s)
            return OK
        if passed:
            missing = device_facts.ReportsMissing(
                device=device, boot=boot, from_seq=position.upto + 1, to_seq=command.seq - 1, reason=passed
            )
            self._record([missing], cause=command.id)
        self._journal.move_log(device, boot, LogPosition(command.seq))
        return None

    def _gap(self, command: commands.DeviceReported, position: LogPosition, now_s: float) -> None:
        if not position.stuck_at or command.seq < position.stuck_at:
            stuck = LogPosition(position.upto, position.unreadable, command.seq, now_s)
            self._journal.move_log(command.device, command.boot, stuck)

    def _set_body_aside(self, device: str, topic: str, reason: str, body: bytes, cause: str) -> None:
        number = self._journal.quarantine(device, topic, reason, body)
        fact = device_facts.ReportQuarantined(device=device, reason=reason[:300], quarantine_id=number)
        self._record([fact], cause=cause)

    def _quarantine(self, command: commands.Command, reason: str) -> Answer:
        """Put a command that broke us where a person can see it; a report then counts as taken."""
        if isinstance(command, commands.DeviceReported):
            refused = self._admit(command)
            if refused is not None:
                return refused
            self._set_body_aside(command.device, "report", reason, command.body, command.id)
            return Answer(upto=command.seq)
        if isinstance(command, commands.ApplyDown):
            # It comes again with every sync, and may work after an update.
            self._journal.quarantine_once("down", reason, command.body)
            return BROKEN
        body = msgspec.json.encode(command, enc_hook=repr)
        self._journal.quarantine("", type(command).__name__, reason, body)
        return BROKEN


def _subject(command: commands.Command, outcome: list[facts.Fact]) -> str:
    """The order, transfer, receipt or device a person wants to see after the command."""
    for fact in outcome:
        if isinstance(fact, day_facts.DayClosed):
            return str(fact.z)
        for name in ("order", "transfer", "receipt"):
            value = getattr(fact, name, "")
            if isinstance(value, str) and value:
                return value
    for name in ("order", "device"):
        value = getattr(command, name, "")
        if isinstance(value, str) and value:
            return value
    return ""


def _offset_ms(now: datetime, device_time: str) -> int | None:
    at = parse_time(device_time)
    return None if at is None else round((now - at).total_seconds() * 1000)
