"""What is to be placed: a card for each autograd node, a frame for each module call.

Sizes come from measured text and never from the cursor, so a graph keeps its layout for the whole
iteration: a line for what will be known is reserved from the start.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.render import fonts
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode

Kind: TypeAlias = Literal["leaf", "function", "output"]

FOLDS = ("auto", "none")

TITLE_SIZE = 15
TEXT_SIZE = 13
PADDING = 12
TITLE_LINE = 21
TEXT_LINE = 19
GAP = 14
"""Between a title and the shape to its right."""
WIDEST = 300
"""A line that is wider is elided; its full text stays the card's name."""
DEEPEST = 24
"""Module paths nest up to here; what lies deeper shares the frame."""
_MARK_ROOM = 64
"""For the word beside torch's name that says that the optimizer moved a leaf."""
_VALUE_ROOM = "‖grad‖  8.888e-88"


class Card(Struct, frozen=True, kw_only=True):
    """The box of one node, in pixels: title and shape on one line, torch's name below, then a line
    for the gradient if the scene is ``live``. ``name`` is what a screen reader says. A ``helper``
    was made by an op on the way to the node that ends it.
    """

    id: int
    kind: Kind
    title: str
    subtitle: str
    shape: str
    name: str
    module: str
    helper: bool
    width: float
    height: float


class Frame(Struct, frozen=True, kw_only=True):
    """A module call around its cards: ``path`` is the call's, ``parent`` the frame around it,
    ``width`` what its title takes in pixels.
    """

    path: str
    parent: str
    title: str
    width: float


class Scene(Struct, frozen=True, kw_only=True):
    """Cards in the order of execution, frames with parents before children, edges as recorded."""

    cards: tuple[Card, ...]
    frames: tuple[Frame, ...]
    edges: tuple[GraphEdge, ...]
    live: bool = True


def scene_of(graph: AutogradGraph, *, fold: str = "auto", live: bool = True) -> Scene:
    """Cards and frames of a graph. ``live`` reserves the line for gradients.

    Raises `UsageError` for a ``fold`` that is not in `FOLDS`.
    """
    graph = _folded(graph, fold)
    cards = tuple(_card(graph, node, live) for node in graph.nodes)
    frames: dict[str, Frame] = {}
    for card in cards:
        parent = ""
        for path in _ancestry(card.module):
            if path not in frames:
                frames[path] = _frame(path, parent)
            parent = path
    return Scene(cards=cards, frames=tuple(frames.values()), edges=graph.edges, live=live)


def one_line(text: str) -> str:
    """The text without line breaks and control characters, which neither XML nor a box can hold."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def shape_text(shape: tuple[int, ...] | None) -> str:
    """A shape as Python writes it: ``(16, 10)``; empty for one that is not known."""
    return "" if shape is None else str(tuple(shape))


def plain_name(torch_name: str) -> str:
    """``LogSoftmaxBackward0`` as a function is written: ``log_softmax``."""
    stem = re.sub(r"Backward\d*$", "", torch_name) or torch_name
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", stem).lower()


def _folded(graph: AutogradGraph, fold: str) -> AutogradGraph:
    """The graph with what ``fold`` asks for drawn together; today that is nothing."""
    if fold not in FOLDS:
        raise UsageError(
            N_("nothing is known about folding “{fold}”"),
            where="fold",
            mend=N_("take one of {known}"),
            fold=fold,
            known=", ".join(FOLDS),
        )
    return graph


def _frame(path: str, parent: str) -> Frame:
    title = fonts.elided(one_line(path), WIDEST, size=TEXT_SIZE, bold=True)
    width = round(fonts.width(title, size=TEXT_SIZE, bold=True))
    return Frame(path=path, parent=parent, title=title, width=width)


def _card(graph: AutogradGraph, node: GraphNode, live: bool) -> Card:
    kind = _kind(graph, node)
    helper = _is_helper(graph, node)
    full = one_line(_title(node, kind, helper))
    title = fonts.elided(full, WIDEST, size=TITLE_SIZE, bold=True)
    subtitle = fonts.elided(one_line(node.name), WIDEST, size=TEXT_SIZE)
    shape = fonts.elided(shape_text(node.shape), WIDEST, family="mono", size=TEXT_SIZE)
    first = fonts.width(title, size=TITLE_SIZE, bold=True)
    if shape:
        first += GAP + fonts.width(shape, family="mono", size=TEXT_SIZE)
    second = fonts.width(subtitle, size=TEXT_SIZE)
    if live and kind == "leaf":
        second += GAP + _MARK_ROOM
    lines = [first, second]
    if live:
        lines.append(fonts.width(_VALUE_ROOM, family="mono", size=TEXT_SIZE))
    return Card(
        id=node.id,
        kind=kind,
        title=title,
        subtitle=subtitle,
        shape=shape,
        name=" · ".join(part for part in (full[:300], subtitle, shape) if part),
        module=(_ancestry(node.module) or [""])[-1],
        helper=helper,
        width=round(max(lines)) + 2 * PADDING,
        height=TITLE_LINE + TEXT_LINE * (2 if live else 1) + PADDING,
    )


def _kind(graph: AutogradGraph, node: GraphNode) -> Kind:
    if node.variable is not None:
        return "leaf"
    return "output" if node.id == graph.root else "function"


def _is_helper(graph: AutogradGraph, node: GraphNode) -> bool:
    """Whether the op that made the node went on to make another kind of node from it."""
    consumers = (graph.by_id[edge.consumer] for edge in graph.consumers.get(node.id, ()))
    return (
        node.variable is None
        and node.op != ""
        and any(
            (other.op, other.module) == (node.op, node.module) and other.name != node.name
            for other in consumers
        )
    )


def _title(node: GraphNode, kind: Kind, helper: bool) -> str:
    """The op's name for the node that ends the op, torch's own for the helpers on its way."""
    if node.variable is not None:
        return node.variable
    if kind == "output":
        return "loss"
    return plain_name(node.name) if helper or not node.op else node.op


def _ancestry(module: str) -> list[str]:
    """``a.b#2.c`` ▸ ``a``, ``a.b#2``, ``a.b#2.c``."""
    parts = module.split(".")[:DEEPEST] if module else []
    return [".".join(parts[: count + 1]) for count in range(len(parts))]
