"""Where one is on the way of a batch: the step that is looked at, and the sample one follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from gradviz.explain.pipeline.page import LoaderPage, Sample
    from gradviz.explain.pipeline.steps import Stage, Step


class Way(QObject):
    """The page of the batch, and the place on it.

    ``shown``: another page is here; ``moved``: another step is looked at; ``chosen``: another
    sample is followed, or none, so that other steps are listed.
    """

    shown = Signal()
    moved = Signal()
    chosen = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.page: LoaderPage | None = None
        self.place: int | None = None
        self.steps: tuple[Step, ...] = ()
        self.current = 0

    @property
    def step(self) -> Step | None:
        """The step that is looked at."""
        return self.steps[self.current] if self.steps else None

    @property
    def sample(self) -> Sample | None:
        """The sample that is followed."""
        samples = self.page.samples if self.page else ()
        return next((each for each in samples if each.place == self.place), None)

    def show(self, page: LoaderPage | None) -> None:
        """Look at a page; that of the same batch is looked at where the last one was."""
        before, self.page = self.page, page
        same = page is not None and before is not None and page.way is before.way
        if not same or page is None or page.way is None:
            self.place, self.current = None, 0
            failed = page is not None and page.steps and page.steps[-1].kind == "failed"
            self._list()
            self.current = len(self.steps) - 1 if failed else 0
        else:
            self._list()
        self.shown.emit()

    def go(self, place: int) -> None:
        """Look at one of ``steps``; before the first and after the last there is none."""
        place = max(0, min(place, len(self.steps) - 1))
        if place != self.current:
            self.current = place
            self.moved.emit()

    def go_to(self, number: int) -> None:
        """Look at the step of that number, and follow no sample if that hides it."""
        if all(each.number != number for each in self.steps):
            self.choose(None)
        for place, step in enumerate(self.steps):
            if step.number == number:
                self.go(place)

    def go_on(self, count: int) -> None:
        """Forwards by so many steps, or back."""
        self.go(self.current + count)

    def jump(self, stage: Stage) -> None:
        """To the first step of a stage; from there to the next time that it comes."""
        places = [place for place, step in enumerate(self.steps) if step.stage == stage]
        here = self.step
        if not places:
            return
        if here is not None and here.stage == stage:
            later = [p for p in places if p > self.current and self.steps[p - 1].stage != stage]
            self.go(later[0] if later else places[0])
        else:
            self.go(places[0])

    def choose(self, place: int | None) -> None:
        """Follow a sample, or none."""
        if place == self.place:
            return
        step = self.step
        self.place = place
        self._list()
        if step is not None:
            self.current = next(
                (p for p, each in enumerate(self.steps) if each.number == step.number), 0
            )
        self.chosen.emit()

    def _list(self) -> None:
        steps = self.page.steps if self.page else ()
        if self.place is not None:
            steps = tuple(each for each in steps if each.place in (None, self.place))
        self.steps = steps
        self.current = max(0, min(self.current, len(steps) - 1))
