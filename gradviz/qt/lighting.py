"""What a painting's cards show of the cursor, kept up to date with what has changed."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from gradviz.garbage import uncollected
from gradviz.qt.graphsource import Telling
from gradviz.qt.painting import News, Painting
from gradviz.render.folds.fold import Folded
from gradviz.trace.trace import Trace


class Moment(Struct, frozen=True):
    """An event of a trace, when the trace had as many; more of them may say more of it."""

    trace: Trace
    length: int
    index: int


class Lighting:
    """A folded graph and the painting that shows it. It is asked in the worker, one question at a
    time, and told in the window what came of it.
    """

    def __init__(
        self, painting: Painting, folded: Folded, telling: Callable[[Folded], Telling]
    ) -> None:
        self.painting = painting
        self.folded = folded
        self._make = telling
        self._telling: Telling | None = None
        self._shown: Moment | None = None
        self._numbers: dict[int, int] = {}

    def news(self, moment: Moment) -> News:
        """What is other at that moment than what is shown."""
        shown = self._shown
        since = None
        if shown and shown.trace is moment.trace and shown.length == moment.length:
            since = shown.index
        if self._telling is None:
            self._telling = self._make(self.folded)
            boxes = [members[-1] for members in self.folded.boxes()]
            cards = self.painting.picture.cards
            self._numbers = {box: card.number for box, card in zip(boxes, cards, strict=True)}
        tell = self._telling.at if since is not None else uncollected(self._telling.at)
        found = tell(moment.trace, moment.index, since=since)
        return self.painting.news({self._numbers[box]: found[box] for box in sorted(found)})

    def told(self, moment: Moment) -> None:
        """The painting shows that moment."""
        self._shown = moment
