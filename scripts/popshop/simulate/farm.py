"""Plays many seeds, in a few processes that start anew, and adds up what came of them."""

from __future__ import annotations

import logging
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import structlog

from popshop.simulate.mutants import by_name, without
from popshop.simulate.plan import Plan, draw
from popshop.simulate.real_books import Databases, PostgresRegistry
from popshop.simulate.run import Outcome, play
from popshop.simulate.shrink import shrink
from popshop.simulate.trouble import FAULTS

CHUNK: Final = 20
"""Seeds that a process takes at a time."""


@dataclass
class Summary:
    """What a simulation prints."""

    seeds: int = 0
    steps: int = 0
    violations: int = 0
    faults: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FAULTS, 0))
    failures: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """One more seed."""
        self.seeds += 1
        self.steps += outcome.steps
        self.faults = dict(Counter(self.faults) + Counter(outcome.faults)) | {
            fault: self.faults.get(fault, 0) + outcome.faults.get(fault, 0) for fault in self.faults
        }
        if outcome.violation:
            self.violations += 1
            self.failures.append(outcome)


def quiet() -> None:
    """What the code under test logs of its own troubles is not news here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


class Job(NamedTuple):
    """A seed to play; `real`: on files and in databases of this server."""

    seed: int
    faults: tuple[str, ...]
    real: Databases | None = None


def _play(job: Job) -> Outcome:
    plan = draw(job.seed, job.faults)
    if job.real is None:
        return play(plan, job.faults)
    registry = PostgresRegistry(job.real)
    try:
        with TemporaryDirectory(prefix="popshop-simulate-") as folder:
            return play(plan, job.faults, registry, Path(folder))
    finally:
        registry.close()


def outcomes(
    seeds: Sequence[int], faults: tuple[str, ...], jobs: int, real: Databases | None = None
) -> Iterator[Outcome]:
    """The outcome of each seed, as they come."""
    work = [Job(seed, faults, real) for seed in seeds]
    if jobs == 1 or len(work) < CHUNK:
        quiet()
        yield from map(_play, work)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, initializer=quiet) as pool:
        yield from pool.imap_unordered(_play, work, CHUNK if real is None else 1)


def run(
    seeds: Sequence[int],
    faults: tuple[str, ...],
    jobs: int,
    done: Callable[[Summary], None],
    real: Databases | None = None,
) -> Summary:
    """Play them all; `done` is told after each."""
    summary = Summary()
    for outcome in outcomes(seeds, faults, jobs, real):
        summary.add(outcome)
        done(summary)
    summary.failures.sort(key=lambda outcome: outcome.seed)
    return summary


@dataclass(frozen=True)
class Hunt:
    """Whether a mutant was caught, and by which seed."""

    mutant: str
    caught: bool
    seed: int
    seeds_tried: int
    seen: str = ""


def hunt(name: str, most: int, first: int = 1, faults: tuple[str, ...] = FAULTS) -> Hunt:
    """Play seed after seed with a rule taken out, until one of them notices."""
    mutant = by_name(name)
    assert mutant is not None, name
    quiet()
    with without(mutant):
        for tried, seed in enumerate(range(first, first + most), 1):
            outcome = _play(Job(seed, faults))
            if outcome.violation:
                return Hunt(name, True, seed, tried, outcome.violation[:300])
    return Hunt(name, False, 0, most)


def shortest(outcome: Outcome, faults: tuple[str, ...]) -> Plan:
    """The shortest history found that breaks what this seed broke."""
    return shrink(draw(outcome.seed, faults), outcome, lambda plan: play(plan, faults))
