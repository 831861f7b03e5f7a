"""An iteration as pictures, one an event: nothing moves but what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gradviz.arguments import whole
from gradviz.errors import TraceError, UsageError
from gradviz.i18n import N_
from gradviz.render.drawing import Drawing
from gradviz.trace.trace import Trace
from gradviz.trace.travel import span

MOST = 400
"""Pictures in a film, unless it is told to take every event."""


def moments(
    trace: Trace,
    *,
    first: int | str | None = None,
    last: int | str | None = None,
    every: int | None = None,
) -> tuple[int, ...]:
    """The events to show, by index, from one moment to another; the last one always.

    Without moments it is the last iteration with a backward; the first one begins before all
    events, at -1.
    With ``every`` n only each nth event is taken; without it n is as small as `MOST` allows.
    """
    if not trace.graphs:
        raise TraceError(
            N_("there is no autograd graph: no backward was recorded here"),
            mend=N_("call loss.backward() inside the recording"),
        )
    indices = span(trace, trace.graphs[-1].iteration)
    begin = (indices.start or -1) if first is None else trace.index_at(first)
    end = indices[-1] if last is None else trace.index_at(last)
    if begin > end:
        raise UsageError(
            N_("{first} comes after {last}"),
            where="from",
            mend=N_("swap them"),
            first=begin if first is None else first,
            last=end if last is None else last,
        )
    count = end - begin + 1
    step = -(-count // MOST) if every is None else whole(every, where="every", least=1)
    chosen = range(end, begin - 1, -step)[::-1]
    return tuple(dict.fromkeys((begin, *chosen)))


class Film(Sequence[Drawing]):
    """The drawings of some moments, each made when it is asked for: all would not fit memory."""

    def __init__(self, indices: Sequence[int], drawn: Callable[[int], Drawing]) -> None:
        self.indices = tuple(indices)
        self.of = drawn

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, place: int) -> Drawing:  # type: ignore[override]
        return self.of(self.indices[place])

    def __iter__(self) -> Iterator[Drawing]:
        return map(self.of, self.indices)
