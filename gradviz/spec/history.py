"""What the project was before, and what it is again if a change is made after all."""

from __future__ import annotations

from msgspec import Struct

from gradviz.spec.project import Project

LONGEST = 1000
"""Changes that can be undone. Projects share all parts that are equal in them."""


class History(Struct, frozen=True):
    """A project, those before it with the oldest first, and those that were undone, with the one
    to come next first.
    """

    present: Project
    past: tuple[Project, ...] = ()
    future: tuple[Project, ...] = ()

    def changed(self, project: Project) -> History:
        """The history with one project more; one that is equal to the present is no change."""
        if project == self.present:
            return self
        return History(project, (*self.past, self.present)[-LONGEST:])

    @property
    def undone(self) -> History:
        """One change back; the same if there is none."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    @property
    def redone(self) -> History:
        """One change on again; the same if there is none."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])
