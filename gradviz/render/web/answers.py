"""What of a page's graph only Python can tell: which gradient is NaN, what is frozen, and what the
query and the way that the page was made with find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gradviz.i18n import gettext as _
from gradviz.render.search.find import Match, matches_in
from gradviz.render.search.follow import Followed
from gradviz.render.search.things import Things
from gradviz.render.web.looks import Looks
from gradviz.spec.query import STATES, query

MOST = 60_000
"""Nodes of all moments of which it is told; of more, only what the page was asked for."""


class Answers:
    """The answers about one book, by what may be asked."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        things = looks.insets.things
        self._own = {
            id: min(holding, key=lambda number: len(things[number].members))
            for id, holding in looks.holding.items()
        }
        self._leaves: dict[str, int] = {}
        for number, thing in enumerate(things):
            for leaf in thing.card.ghost.leaves if thing.card.ghost else ():
                self._leaves.setdefault(leaf, number)
        self._told: dict[tuple[str, ...], list[tuple[int, dict[int, str] | None]]] = {}
        self._way: dict[str, Any] | None = None

    def add(
        self, moment: int, things: Things, ids: Mapping[int, int], *, sought: str, states: bool
    ) -> None:
        """Take up what is true at a moment, which comes after those before. ``ids`` are the nodes'
        in the book; without ``states`` it is only what is ``sought``.
        """
        for phrases in STATES.values():
            asked = tuple(dict.fromkeys(p.casefold() for w in phrases for p in (w, _(w))))
            matches = matches_in(things, query(phrases[0])) if states else None
            self._note(asked, moment, matches, ids)
        if sought:
            asked = (" ".join(sought.split()).lower(),)
            self._note(asked, moment, matches_in(things, query(sought)), ids)

    def follow(self, followed: Followed) -> None:
        """Take up a way, which is the same at all moments."""
        wanted = frozenset(followed.way.edges)
        things = {thing for id in followed.way.nodes for thing in self._looks.holding.get(id, ())}
        wires = {
            place: on
            for place, inset in enumerate(self._looks.insets.insets)
            if (on := [n for n, w in enumerate(inset.wires) if not wanted.isdisjoint(w.edges)])
        }
        self._way = {"things": sorted(things), "wires": wires}

    def data(self, note: Any) -> dict[str, Any]:
        """The answers as the script reads them; ``note`` numbers a line."""
        told = [
            {
                "asked": asked,
                "told": [
                    (at, None if found is None else [(n, note(why)) for n, why in found.items()])
                    for at, found in changes
                ],
            }
            for asked, changes in self._told.items()
        ]
        return {"answers": told, **({"way": self._way} if self._way else {})}

    def _note(
        self,
        asked: tuple[str, ...],
        moment: int,
        matches: Iterable[Match] | None,
        ids: Mapping[int, int],
    ) -> None:
        found: dict[int, str] | None = None if matches is None else {}
        for match in matches or ():
            if match.node is not None:
                thing = self._own.get(ids.get(match.node, match.node))
            else:
                thing = self._leaves.get(match.leaf or "")
            if found is not None and thing is not None:
                found.setdefault(thing, match.why)
        changes = self._told.setdefault(asked, [])
        if not changes or changes[-1][1] != found:
            changes.append((moment, found))
