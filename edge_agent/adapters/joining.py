"""Makes a folder a store of headquarters with a one-time code: the first time, or again after a fence or a restore.

Joining always begins a new epoch. The journal stays as it is; the agent opens the new epoch at its next start.
"""

from __future__ import annotations

from pathlib import Path

from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.witness import Note
from edge_agent.adapters import identity, witness_file
from edge_agent.adapters.clock import SystemClock
from edge_agent.adapters.identity import LOCK_FILE, STORE_FILE, CannotJoin, Identity
from edge_agent.adapters.sqlite_store import lock, schema
from edge_agent.adapters.sqlite_store.queries import Queries


def join(data: Path, witness: Path, code: str) -> Identity:
    """Join with a code, the first time or again. Nothing is changed here when it fails.

    Raises CannotJoin, StoreInUse while an agent runs on the folder, and OSError when a file cannot be written.
    """
    data.mkdir(parents=True, exist_ok=True)
    with lock.hold(data / LOCK_FILE, rfc3339(SystemClock().now())):
        known = identity.load(data)
        highest = highest_epoch(data, witness, known)
        machine = witness_file.mint_machine()
        mine = identity.join(code, highest, machine)
        if known is not None and known.store != mine.store:
            raise CannotJoin(
                f"this code is of the store {mine.store!r}, but {data} is the store {known.store!r}: enrol "
                f"{known.store!r} at headquarters for a code of its own (the one used here stays good)"
            )
        if mine.epoch <= highest:
            raise CannotJoin(
                f"headquarters begins epoch {mine.epoch}, but this store has been in epoch {highest} already: "
                "headquarters runs an older version, update it first"
            )
        # The note first: should the power fail in between, the old identity is known to be outdated.
        witness_file.put(witness, Note(machine=machine, epoch=mine.epoch, seq=0, hash=GENESIS.hex()))
        identity.save(data, mine)
    return mine


def highest_epoch(data: Path, witness: Path, known: Identity | None) -> int:
    """The highest epoch that anything here has heard of; 0 for a new store."""
    note = witness_file.read(witness)
    epochs = [0 if known is None else known.epoch, 0 if note is None else note.epoch]
    if (data / STORE_FILE).exists():
        schema.migrate(data / STORE_FILE)
        queries = Queries(data / STORE_FILE)
        epochs.append(queries.epoch())
        queries.close()
    return max(epochs)
