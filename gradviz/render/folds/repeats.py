"""Stretches that repeat in a sequence: the passes of a loop that was written in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import accumulate

from msgspec import Struct

FEWEST = 3
"""Passes of a loop."""
SHORTEST = 12
"""Things in all passes together; less needs no folding."""
PERIODS = 16
"""How many lengths of a pass are tried."""
WINDOWS = (1, 2, 4, 8, 16)
"""How many things that follow one another are compared with others, each twice the one before."""


class Repeat(Struct, frozen=True):
    """From ``start`` on, ``count`` passes of ``period`` things each."""

    start: int
    period: int
    count: int

    @property
    def passes(self) -> Iterator[range]:
        """The places of each pass."""
        for number in range(self.count):
            first = self.start + number * self.period
            yield range(first, first + self.period)


def repeats_in(
    labels: Sequence[Hashable], wires: Iterable[tuple[int, int]] = ()
) -> tuple[Repeat, ...]:
    """The repeats, those that cover most first chosen, in order and apart from each other.

    A repeat can often begin at several places; of those it begins where the fewest ``wires``, from
    one place to a later one, lead from pass to pass: that is where the loop's body begins.
    """
    found = [
        (count * period, -period, start, spare)
        for period in _periods(labels)
        for start, period, count, spare in _runs(labels, period)
        if count >= FEWEST and count * period >= SHORTEST
    ]
    if not found:
        return ()
    crossing = _crossing(len(labels), wires)
    chosen: list[Repeat] = []
    for covered, negative, first, spare in sorted(found, key=lambda one: (-one[0], -one[1])):
        period = -negative
        start = min(range(first, first + spare + 1), key=lambda at: crossing[at + period])
        end = start + covered
        if all(
            end <= other.start or other.start + other.count * other.period <= start
            for other in chosen
        ):
            chosen.append(Repeat(start, period, covered // period))
    return tuple(sorted(chosen, key=lambda repeat: repeat.start))


def _periods(labels: Sequence[Hashable]) -> list[int]:
    """The lengths after which most things follow that are alike, as far as `WINDOWS` reach: of a
    body in which everything stands twice, only a longer stretch tells its length.
    """
    gaps: Counter[int] = Counter()
    stretches: Sequence[Hashable] = labels
    for reach in WINDOWS:
        latest: dict[Hashable, int] = {}
        for place, stretch in enumerate(stretches):
            if stretch in latest:
                gaps[place - latest[stretch]] += 1
            latest[stretch] = place
        numbers = dict(zip(latest, range(len(latest)), strict=True))
        known = [numbers[stretch] for stretch in stretches]
        stretches = list(zip(known, known[reach:], strict=False))
    likely = [(count * gap, -gap) for gap, count in gaps.items() if count > 1]
    return [-negative for _weight, negative in sorted(likely, reverse=True)[:PERIODS]]


def _runs(labels: Sequence[Hashable], period: int) -> Iterator[tuple[int, int, int, int]]:
    """Where everything is alike to what follows it by a period: the start, the period, how many
    passes there are, and by how much the start could be later.
    """
    begun: int | None = None
    for place in range(len(labels) - period + 1):
        alike = place + period < len(labels) and labels[place] == labels[place + period]
        if alike and begun is None:
            begun = place
        elif not alike and begun is not None:
            yield begun, period, (place - begun) // period + 1, (place - begun) % period
            begun = None


def _crossing(count: int, wires: Iterable[tuple[int, int]]) -> list[int]:
    """How many wires lead across each place, from before it to it or behind it."""
    change = [0] * (count + 2)
    for first, last in wires:
        change[first + 1] += 1
        change[last + 1] -= 1
    return list(accumulate(change))
