"""The cards of a module graph: a box for each module call, op, input and output."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from gradviz.i18n import gettext
from gradviz.render import fonts
from gradviz.render.folds.calls import ancestry, parent_of
from gradviz.render.folds.fold import Folded, Group
from gradviz.render.folds.modulefolding import is_layer, module_of
from gradviz.render.scene.scene import (
    GAP,
    MARK_ROOM,
    PADDING,
    TEXT_LINE,
    TEXT_SIZE,
    TITLE_LINE,
    TITLE_SIZE,
    VALUE_ROOM,
    WIDEST,
    Card,
    Frame,
    Kind,
    Scene,
    group_title,
    one_line,
    shape_text,
)
from gradviz.trace.calls import ModuleCall
from gradviz.trace.modulegraph import ModuleGraph, ModuleNode

ROOM = 190
"""Pixels that a module's settings may take."""


def module_scene(folded: Folded, *, live: bool = True, cards: ModuleCards | None = None) -> Scene:
    """Cards and frames of a folded module graph. ``live`` reserves the line for gradients. Those of
    a part are made by the ``cards`` of the whole graph.
    """
    cards = cards or ModuleCards(folded, live=live)
    graph = cards.graph
    groups = {group.id: group for group in folded.groups}
    made = tuple(
        cards.of_group(groups[id]) if id in groups else cards.of_node(graph.by_id[id])
        for *_, id in folded.boxes()
    )
    frames: dict[str, Frame] = {}
    for card in made:
        for path in ancestry(card.module):
            if path not in frames:
                frames[path] = module_frame(path, graph)
    return Scene(cards=made, frames=tuple(frames.values()), folded=folded, live=live)


class ModuleCards:
    """Makes the cards of one graph."""

    def __init__(self, folded: Folded, *, live: bool) -> None:
        graph = folded.graph
        assert isinstance(graph, ModuleGraph)
        self.graph = graph
        self._folded = folded
        self._live = live
        self._numbers = _numbers(graph)

    def of_group(self, group: Group) -> Card:
        """The box of module calls that are folded: their names and class, and what they own."""
        graph = self.graph
        nodes = [node for id in group.members if isinstance(node := graph.by_id[id], ModuleNode)]
        call = graph.calls.get(module_of(group.paths[0]))
        title = group_title(group.paths)
        told = _owns(graph, group, nodes)
        if len(group.paths) == 1:
            told += self._call_of(module_of(group.paths[0]))
        layer = is_layer(graph, self._folded.calls.by_path[group.paths[0]])
        about = call.about if call is not None and len(group.paths) == 1 else ""
        return self._card(
            group.id,
            kind="module",
            title=_named(title, call),
            subtitle=" · ".join(told) or _first(about) or _ops(nodes),
            shape=nodes[-1].shape,
            about=about,
            module=parent_of(group.paths[0]),
            calls=0 if layer and len(group.paths) == 1 else len(group.paths),
            moved=any(node.parameters for node in nodes),
            watched=any(node.made for node in nodes),
        )

    def of_node(self, node: object) -> Card:
        """The box of an op, an input or an output."""
        assert isinstance(node, ModuleNode)
        kind: Kind = "function"
        title, subtitle = node.variable or node.op, node.dtype
        if node.role != "op":
            kind = "value"
            if node.made and node.role == "input":
                subtitle = f"{subtitle} · requires_grad"
        else:
            grad_fn = (node.name or node.dtype) if node.made else "grad_fn None"
            inside = f"{node.module}."
            names = [name.removeprefix(inside) for name in (*node.parameters, *node.buffers)]
            subtitle = " · ".join([grad_fn, *names])
        if node.id == self.graph.root:
            kind, title, subtitle = "output", "loss", f"{node.op} · {subtitle}"
        return self._card(
            node.id,
            kind=kind,
            title=title,
            subtitle=subtitle,
            shape=node.shape,
            module=(ancestry(self._folded.calls.path_of(node)) or [""])[-1],
            moved=bool(node.parameters),
            watched=bool(node.made),
        )

    def _call_of(self, path: str) -> list[str]:
        """Which of several calls of one module it is."""
        number, count = self._numbers.get(path, (1, 1))
        if count == 1:
            return []
        return [gettext("×{count}: call {number}").format(number=number, count=count)]

    def _card(
        self,
        id: int,
        *,
        kind: Kind,
        title: str,
        subtitle: str,
        shape: tuple[int, ...] | None,
        module: str,
        moved: bool,
        watched: bool,
        about: str = "",
        calls: int = 0,
    ) -> Card:
        """``moved`` leaves room for the word that says that its parameters were. Where autograd
        has not ``watched``, no gradient will come.
        """
        gradient = self._live and watched
        full = one_line(title)
        title = fonts.elided(full, WIDEST, size=TITLE_SIZE, bold=True)
        below = fonts.elided(one_line(subtitle), WIDEST, size=TEXT_SIZE)
        shown = fonts.elided(shape_text(shape), WIDEST, family="mono", size=TEXT_SIZE)
        first = fonts.width(title, size=TITLE_SIZE, bold=True)
        if shown:
            first += GAP + fonts.width(shown, family="mono", size=TEXT_SIZE)
        second = fonts.width(below, size=TEXT_SIZE)
        if self._live and moved:
            second += GAP + MARK_ROOM
        lines = [first, second]
        if gradient:
            lines.append(fonts.width(VALUE_ROOM, family="mono", size=TEXT_SIZE))
        said = (full[:300], f"({about[:300]})" if about else "", below, shown)
        return Card(
            id=id,
            kind=kind,
            title=title,
            subtitle=below,
            shape=shown,
            name=" · ".join(part for part in said if part),
            module=module,
            helper=False,
            width=round(max(lines)) + 2 * PADDING,
            height=TITLE_LINE + TEXT_LINE * (2 if gradient else 1) + PADDING,
            calls=calls,
        )


def module_frame(path: str, graph: ModuleGraph) -> Frame:
    """The frame of a module call, which names the class of its module, and the calls in it that
    have no box, for no op ran in them.
    """
    call = graph.calls.get(module_of(path))
    idle = [
        _named(other.rpartition(".")[2], graph.calls[other])
        for other in graph.idle.get(module_of(path), ())
    ]
    full = _named(path, call)
    if idle:
        full = gettext("{module} · without an op: {calls}").format(
            module=full, calls=", ".join(idle)
        )
    title = fonts.elided(one_line(full), WIDEST, size=TEXT_SIZE, bold=True)
    width = round(fonts.width(title, size=TEXT_SIZE, bold=True))
    return Frame(path=path, parent=parent_of(path), title=title, width=width)


def _named(path: str, call: ModuleCall | None) -> str:
    """A call's name with the class of its module; one of no model is called by its class."""
    if call is None or path.rpartition(".")[2].partition("#")[0] == call.kind:
        return path
    return f"{path}: {call.kind}"


def _first(about: str) -> str:
    """As many settings as a card has room for."""
    shown = about
    while fonts.width(shown, size=TEXT_SIZE) > ROOM and ", " in shown:
        shown = shown.rpartition(", ")[0]
    return shown if shown == about else f"{shown} …"


def _numbers(graph: ModuleGraph) -> dict[str, tuple[int, int]]:
    """The manieth call of its module each call is, and how many there are."""
    paths = dict.fromkeys(path for node in graph for path in ancestry(node.module))
    of_module: dict[str, list[str]] = {}
    for path in paths:
        if path in graph.calls:
            of_module.setdefault(graph.calls[path].name, []).append(path)
    return {
        path: (number, len(same))
        for same in of_module.values()
        for number, path in enumerate(same, 1)
    }


def _owns(graph: ModuleGraph, group: Group, nodes: Iterable[ModuleNode]) -> list[str]:
    """How many parameters and buffers are in the calls, each counted once, and how many numbers the
    parameters are.
    """
    parameters: dict[str, tuple[int, ...]] = {}
    buffers: set[str] = set()
    paths: dict[str, None] = {}
    folded = frozenset(module_of(path) for path in group.paths)
    for node in nodes:
        parameters |= zip(node.parameters, node.owned, strict=True)
        buffers |= {*node.buffers}
        paths |= dict.fromkeys(_inside(ancestry(node.module), folded))
    for path in paths:
        call = graph.calls.get(path)
        if call is not None:
            parameters |= call.parameters
            buffers |= call.buffers.keys()
    told = []
    if parameters:
        count = len(parameters)
        text = gettext("1 parameter") if count == 1 else gettext("{count} parameters")
        numbers = sum(math.prod(shape) for shape in parameters.values())
        told.append(f"{text.format(count=count)} ({_large(numbers)})")
    if buffers:
        text = gettext("1 buffer") if len(buffers) == 1 else gettext("{count} buffers")
        told.append(text.format(count=len(buffers)))
    return told


def _inside(paths: Sequence[str], folded: frozenset[str]) -> Sequence[str]:
    """Of a call and those around it, outermost first, those that are folded or in one that is."""
    first = next((place for place, path in enumerate(paths) if path in folded), len(paths))
    return paths[first:]


def _ops(nodes: list[ModuleNode]) -> str:
    if len(nodes) == 1:
        return nodes[0].op
    return gettext("{count} ops").format(count=len(nodes))


def _large(number: int) -> str:
    """A count that may be long: ``330``, ``7,850``, ``11.69 M``."""
    for size, sign in ((10**9, "G"), (10**6, "M")):
        if number >= size:
            return f"{number / size:.4g} {sign}"
    return f"{number:,}"
