"""Which cards of a picture an answer points out."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from gradviz.qt.answers import Answer
from gradviz.qt.picture import Picture
from gradviz.render.pages.marks import numbered


class Pointed(Struct, frozen=True):
    """The cards by their numbers, each with the text of its chip; ``edges`` says that those between
    two of them are pointed out too.
    """

    cards: Mapping[int, str]
    edges: bool

    def has_edge(self, ends: tuple[int, int]) -> bool:
        """Whether the edge between two cards is pointed out."""
        return self.edges and ends[0] in self.cards and ends[1] in self.cards


def pointed_in(picture: Picture, answer: Answer) -> Pointed:
    """What the answer points out in a picture."""
    found: dict[int, list[int]] = {}
    for number, target in enumerate(answer.targets, start=1):
        item = picture.by_node.get(target) if isinstance(target, int) else None
        card = picture.by_leaf.get(target) if isinstance(target, str) else None
        item = item or card
        if item is not None:
            found.setdefault(item.number, []).append(number)
    texts = {card: numbered(numbers) for card, numbers in found.items()}
    return Pointed(texts if answer.numbered else dict.fromkeys(texts, ""), answer.edges)
