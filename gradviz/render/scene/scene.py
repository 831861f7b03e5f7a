"""What is to be placed: a card for each autograd node or folded module call, a frame for each open
one.

Sizes come from measured text and never from the cursor, so a graph keeps its layout for the whole
iteration: a line for what will be known is reserved from the start.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.garbage import uncollected
from gradviz.render import fonts
from gradviz.render.folds.calls import ancestry, is_pass
from gradviz.render.folds.fold import Folded, Group, fold
from gradviz.render.folds.folding import Folding, opened
from gradviz.render.scene.ghost import Ghost, Stub
from gradviz.render.scene.remarks import node_remarks, ops_remark, parameters_remark
from gradviz.trace.graph import Graph, GraphEdge, GraphNode

Kind: TypeAlias = Literal["leaf", "function", "output", "module", "value"]

TITLE_SIZE = 15
TEXT_SIZE = 13
PADDING = 12
TITLE_LINE = 21
TEXT_LINE = 19
GAP = 14
"""Between a title and the shape to its right."""
WIDEST = 300
"""A line that is wider is elided; its full text stays the card's name."""
MARK_ROOM = 64
"""For the word beside torch's name that says that the optimizer moved a leaf."""
VALUE_ROOM = "‖grad‖  8.888e-88"
_BOTH_ROOM = "‖g‖ 8.888e-88 ‖grad‖ 8.888e-88"


class Card(Struct, frozen=True, kw_only=True, gc=False):
    """The box of one node, in pixels: title and shape on one line, torch's name below, then a line
    for the gradient if the scene is ``live``. ``name`` is what a screen reader says. A ``helper``
    was made by an op on the way to the node that ends it. A ``module`` stands for as many
    ``calls``, which are folded, and says below its title what is in them; ``frozen`` leaves and
    ``cut`` edges in it are counted. A ``ghost`` is no node of the graph.
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
    calls: int = 0
    frozen: int = 0
    cut: int = 0
    ghost: Ghost | None = None


class Frame(Struct, frozen=True, kw_only=True, gc=False):
    """A module call around its cards: ``path`` is the call's, ``parent`` the frame around it,
    ``title`` the last part of its path, ``width`` what that takes in pixels.
    """

    path: str
    parent: str
    title: str
    width: float


class Scene(Struct, frozen=True, kw_only=True):
    """Cards in the order of execution, frames with parents before children, edges as they are
    ``folded``.
    """

    cards: tuple[Card, ...]
    frames: tuple[Frame, ...]
    folded: Folded
    live: bool = True
    stubs: tuple[Stub, ...] = ()

    @property
    def edges(self) -> tuple[GraphEdge, ...]:
        """The edges between cards, by their ids; those that the graph does not have are last."""
        return (*self.folded.edges, *self.stubs) if self.stubs else self.folded.edges


def scene_of(graph: Graph, *, folding: Folding = "auto", live: bool = True) -> Scene:
    """Cards and frames of a graph. ``live`` reserves the line for gradients.

    Raises `UsageError` for a folding that the graph does not have, see
    `gradviz.render.folds.folding`.
    """
    return scene_of_folded(fold(graph, opened(graph, folding)), live=live)


@uncollected
def scene_of_folded(folded: Folded, *, live: bool = True) -> Scene:
    """The same for a graph that is folded already."""
    graph = folded.graph
    groups = {group.id: group for group in folded.groups}
    cards = [
        group_card(graph, groups[id], live)
        if id in groups
        else _card(folded, graph.by_id[id], live)
        for *_, id in folded.boxes()
    ]
    frames: dict[str, Frame] = {}
    for card in cards:
        parent = ""
        for path in ancestry(card.module):
            if path not in frames:
                frames[path] = frame_of(path, parent)
            parent = path
    return Scene(cards=tuple(cards), frames=tuple(frames.values()), folded=folded, live=live)


def one_line(text: str) -> str:
    """The text without line breaks and control characters, which neither XML nor a box can hold."""
    joined = " ".join(text.split())
    if joined.isprintable():
        return joined
    return "".join(sign for sign in joined if sign.isprintable())


def shape_text(shape: tuple[int, ...] | None) -> str:
    """A shape as Python writes it: ``(16, 10)``; empty for one that is not known."""
    return "" if shape is None else str(tuple(shape))


@lru_cache(maxsize=1024)
def plain_name(torch_name: str) -> str:
    """``LogSoftmaxBackward0`` as a function is written: ``log_softmax``."""
    stem = re.sub(r"Backward\d*$", "", torch_name) or torch_name
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", stem).lower()


def frame_of(path: str, parent: str) -> Frame:
    """The frame of a module call."""
    title = fonts.elided(one_line(path.rpartition(".")[2]), WIDEST, size=TEXT_SIZE, bold=True)
    width = round(fonts.width(title, size=TEXT_SIZE, bold=True))
    return Frame(path=path, parent=parent, title=title, width=width)


def _card(folded: Folded, node: GraphNode, live: bool) -> Card:
    graph = folded.graph
    kind = _kind(graph, node)
    helper = _is_helper(graph, node)
    full = _title(node, kind, helper)
    shown = full
    if kind == "leaf" and node.module:
        shown = ".".join(full.split(".")[-2:])  # its frames say the rest
    below = " · ".join((node.name, *node_remarks(graph, node)))
    title, subtitle, shape, name, width = _told(
        full, shown, below, _shape_and_type(node), live, live and kind == "leaf"
    )
    return Card(
        id=node.id,
        kind=kind,
        title=title,
        subtitle=subtitle,
        shape=shape,
        name=name,
        module=(ancestry(folded.calls.path_of(node)) or ("",))[-1],
        helper=helper,
        width=width,
        height=TITLE_LINE + TEXT_LINE * (2 if live else 1) + PADDING,
    )


@lru_cache(maxsize=16384)
def _told(
    full: str, shown: str, below: str, shape: str, live: bool, marked: bool
) -> tuple[str, str, str, str, int]:
    """Title, torch's name and shape as the card has them, the card's name, and its width. Most ops
    of a large graph are like others.
    """
    full = one_line(full)
    title = fonts.elided(one_line(shown), WIDEST, size=TITLE_SIZE, bold=True)
    subtitle = fonts.elided(one_line(below), WIDEST, size=TEXT_SIZE)
    sizes = fonts.elided(shape, WIDEST, family="mono", size=TEXT_SIZE)
    first = fonts.width(title, size=TITLE_SIZE, bold=True)
    if sizes:
        first += GAP + fonts.width(sizes, family="mono", size=TEXT_SIZE)
    second = fonts.width(subtitle, size=TEXT_SIZE)
    if marked:
        second += GAP + MARK_ROOM
    third = fonts.width(VALUE_ROOM, family="mono", size=TEXT_SIZE) if live else 0.0
    name = " · ".join(part for part in (full[:300], subtitle, sizes) if part)
    return title, subtitle, sizes, name, round(max(first, second, third)) + 2 * PADDING


def group_card(graph: Graph, group: Group, live: bool) -> Card:
    """The box of folded module calls: their name, what is in them, and what comes out of them."""
    count = len(group.paths)
    full = one_line(group_title(group.paths))
    title = fonts.elided(full, WIDEST, size=TITLE_SIZE, bold=True)
    told, has_leaves = _contents(graph, group)
    subtitle = fonts.elided(one_line(" · ".join(told)), WIDEST, size=TEXT_SIZE)
    shape = fonts.elided(
        _shape_and_type(graph.by_id[group.id]), WIDEST, family="mono", size=TEXT_SIZE
    )
    first = fonts.width(title, size=TITLE_SIZE, bold=True)
    if shape:
        first += GAP + fonts.width(shape, family="mono", size=TEXT_SIZE)
    second = fonts.width(subtitle, size=TEXT_SIZE)
    if live and has_leaves:
        second += GAP + MARK_ROOM
    lines = [first, second]
    if live:
        room = _BOTH_ROOM if has_leaves else VALUE_ROOM
        lines.append(fonts.width(room, family="mono", size=TEXT_SIZE))
    return Card(
        id=group.id,
        kind="module",
        title=title,
        subtitle=subtitle,
        shape=shape,
        name=" · ".join(part for part in (full[:300], subtitle, shape) if part),
        module=group.paths[0].rpartition(".")[0],
        helper=False,
        width=round(max(lines)) + 2 * PADDING,
        height=TITLE_LINE + TEXT_LINE * (2 if live else 1) + PADDING,
        calls=count,
    )


def group_title(paths: tuple[str, ...]) -> str:
    """``blocks.1`` … ``blocks.11`` ▸ ``1 … 11 × 11``; of one path, its last part.

    ``cell#2 … #50 × 49`` are calls of one module, ``repeat 1 … 50 × 50`` the passes of a loop.
    """
    first, last = (path.rpartition(".")[2] for path in (paths[0], paths[-1]))
    module, mark, number = last.partition("#")
    if is_pass(first):
        last = last.rpartition(" ")[2]
    elif mark and first.startswith(f"{module}#"):
        last = f"#{number}"
    return first if len(paths) == 1 else f"{first} … {last} × {len(paths)}"


def _contents(graph: Graph, group: Group) -> tuple[tuple[str, ...], bool]:
    """What is in folded calls, and whether there are parameters among it."""
    nodes = [graph.by_id[id] for id in group.members]
    ops = [node for node in nodes if node.variable is None and not _is_helper(graph, node)]
    leaves = [node for node in nodes if node.variable is not None]
    names = [node.op or plain_name(node.name) for node in ops]
    told = (*ops_remark(names, len(group.paths)), *parameters_remark(leaves))
    return told, bool(leaves)


def _shape_and_type(node: GraphNode) -> str:
    """The shape; and the type, unless it is the one that everybody expects."""
    shape = shape_text(node.shape)
    return shape if node.dtype in ("", "float32") else f"{shape} {node.dtype}"


def title_of(graph: Graph, node: GraphNode) -> str:
    """What a node's card is called, whole."""
    return one_line(_title(node, _kind(graph, node), _is_helper(graph, node)))


def _kind(graph: Graph, node: GraphNode) -> Kind:
    if node.variable is not None:
        return "leaf"
    return "output" if node.id == graph.root else "function"


def _is_helper(graph: Graph, node: GraphNode) -> bool:
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
