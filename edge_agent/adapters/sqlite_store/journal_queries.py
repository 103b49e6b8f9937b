"""The journal and the link to headquarters, as the link, the witness and the screens ask of them."""

from __future__ import annotations

from cloud_sync.protocol.identifiers import LEDGER, STREAMS, Stream
from cloud_sync.protocol.numbered_log import GENESIS
from edge_agent.adapters.sqlite_store.reading import Entity, Reading


class JournalQueries(Reading):
    """Rows are of an epoch and a stream; `epoch` None means the store's own."""

    def epoch(self) -> int:
        """The epoch the store writes in; 0 before the first."""
        row = self._one("SELECT epoch FROM store")
        return int(row["epoch"]) if row else 0

    def _of(self, epoch: int | None) -> int:
        return self.epoch() if epoch is None else epoch

    def last_seq(self, stream: str, epoch: int | None = None) -> int:
        """The newest row's number; 0 for none."""
        row = self._one(
            "SELECT MAX(seq) AS seq FROM journal WHERE epoch = ? AND stream = ?", self._of(epoch), stream
        )
        return int((row or {}).get("seq") or 0)

    def bodies(
        self, stream: str, after: int, most: int, most_bytes: int | None = None, epoch: int | None = None
    ) -> list[bytes]:
        """Rows after a number, oldest first: up to `most`, and to `most_bytes` but one at least."""
        taken: list[bytes] = []
        total = 0
        for (body,) in self._db.execute(
            "SELECT body FROM journal WHERE epoch = ? AND stream = ? AND seq > ? ORDER BY seq LIMIT ?",
            (self._of(epoch), stream, after, most),
        ):
            total += len(body)
            if most_bytes is not None and taken and total > most_bytes:
                break
            taken.append(body)
        return taken

    def written_at(self, stream: str, seq: int, epoch: int | None = None) -> str:
        """The store's time of a row; '' when there is no such row."""
        row = self._one(
            "SELECT at FROM journal WHERE epoch = ? AND stream = ? AND seq = ?", self._of(epoch), stream, seq
        )
        return str(row["at"]) if row else ""

    def hash_at(self, stream: str, seq: int, epoch: int | None = None) -> str:
        """The chain hash (hex) at a row, or before the first for 0; '' when there is no such row."""
        if seq == 0:
            return GENESIS.hex()
        row = self._one(
            "SELECT hash FROM journal WHERE epoch = ? AND stream = ? AND seq = ?",
            self._of(epoch), stream, seq,
        )  # fmt: skip
        return "" if row is None else bytes(row["hash"]).hex()

    def journal_head(self) -> tuple[int, int, str]:
        """Epoch, number and hash (hex) of the ledger's newest row; (0, 0, genesis) in a new file."""
        row = self._one(
            "SELECT epoch, seq, hash FROM journal WHERE epoch = (SELECT epoch FROM store) AND stream = ?"
            " ORDER BY seq DESC LIMIT 1",
            LEDGER,
        )
        return (row["epoch"], row["seq"], bytes(row["hash"]).hex()) if row else (0, 0, GENESIS.hex())

    # ── how far headquarters is ─────────────────────────────────────────────────────────────────────

    def acked(self, stream: str, epoch: int | None = None) -> tuple[int, str]:
        """How far headquarters has a stream, and the hash (hex) there."""
        row = self._one(
            "SELECT acked, hash FROM sync WHERE epoch = ? AND stream = ?", self._of(epoch), stream
        )
        return (0, GENESIS.hex()) if row is None else (row["acked"], row["hash"])

    def unsettled(self) -> list[tuple[int, Stream]]:
        """Earlier epochs' streams that headquarters may lack rows of, in the order in which they are to be sent."""
        settled = {
            (row["epoch"], row["stream"])
            for row in self._ask("SELECT epoch, stream FROM sync WHERE settled = 1")
        }
        return [
            (epoch, stream)
            for epoch in self._earlier_epochs()
            for stream in STREAMS
            if (epoch, stream) not in settled and self.last_seq(stream, epoch)
        ]

    def _earlier_epochs(self) -> list[int]:
        """Oldest first; each is found by the journal's key, so that no number of rows matters."""
        found: list[int] = []
        before = self.epoch()
        while True:
            row = self._one("SELECT MAX(epoch) AS epoch FROM journal WHERE epoch < ?", before)
            if row is None or row["epoch"] is None:
                return found[::-1]
            before = row["epoch"]
            found.append(before)

    def waiting(self) -> Entity:
        """What headquarters does not have yet: rows, and the store time of the oldest ('' for none)."""
        own = self.epoch()
        rows, oldest = 0, []
        for epoch, stream in [*self.unsettled(), *((own, stream) for stream in STREAMS)]:
            acked, _ = self.acked(stream, epoch)
            rows += self.last_seq(stream, epoch) - acked
            first = self.written_at(stream, acked + 1, epoch)
            oldest += [first] if first else []
        return {"rows": rows, "oldest_at": min(oldest, default="")}

    def down_seq(self) -> int:
        """The last applied row of headquarters' log for the store's own epoch."""
        return int(self._link()["down_seq"])

    def incarnation(self) -> int:
        """The newest incarnation of headquarters that was heard of."""
        return int(self._link()["incarnation"])

    def standing(self) -> Entity:
        """Whether the store may sell: `state` ok, unproven or fenced, and the `reason`."""
        link = self._link()
        return {"state": link["standing"], "reason": link["standing_reason"]}

    def _link(self) -> Entity:
        return self._one("SELECT down_seq, incarnation, standing, standing_reason FROM link") or {}
