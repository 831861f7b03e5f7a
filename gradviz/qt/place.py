"""Where the cursor stands, counted within its iteration."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from gradviz.trace.events import AnyEvent, Phase
from gradviz.workspace import Workspace


class Place(Struct, frozen=True):
    """The events of the cursor's iteration; ``index`` is the cursor's, in the whole trace.

    ``number`` counts from 1; 0 is before the iteration's first event.
    """

    iteration: int
    events: Sequence[AnyEvent]
    index: int

    @property
    def number(self) -> int:
        """The place of the event under the cursor among the iteration's."""
        return self.index - self.events[0].index + 1 if self.events else 0

    @property
    def phase(self) -> Phase | None:
        """The phase of the event under the cursor; None before the first."""
        return self.events[self.number - 1].phase if self.number > 0 else None


def place_of(workspace: Workspace) -> Place | None:
    """Where the cursor stands; None as long as nothing was recorded."""
    session = workspace.session
    if session is None or not session.trace.events:
        return None
    events = session.trace.events
    iteration = events[max(session.index, 0)].iteration
    first = last = max(session.index, 0)
    while first > 0 and events[first - 1].iteration == iteration:
        first -= 1
    while last + 1 < len(events) and events[last + 1].iteration == iteration:
        last += 1
    return Place(iteration, events[first : last + 1], session.index)
