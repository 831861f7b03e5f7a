"""Cards and edges for what is cut off from a graph, put into its scene before it is laid out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.draw.ghostcards import CHIP
from gradviz.render.folds.calls import ancestry
from gradviz.render.folds.folding import Folding
from gradviz.render.scene.cutwords import word_of
from gradviz.render.scene.ghost import Ghost, Stub
from gradviz.render.scene.leafnames import (
    LINES,
    USES,
    common_module,
    indented,
    listed,
    shared_path,
    summed,
    where_made,
)
from gradviz.render.scene.scene import (
    GAP,
    PADDING,
    TEXT_LINE,
    TEXT_SIZE,
    TITLE_LINE,
    TITLE_SIZE,
    WIDEST,
    Card,
    Kind,
    Scene,
    one_line,
    scene_of,
    shape_text,
)
from gradviz.trace.cut import Cut
from gradviz.trace.cuts import CutsOf, cuts_of
from gradviz.trace.graph import AutogradGraph, Graph
from gradviz.trace.trace import Trace

MANY = 60
"""Cards in a picture from which on frozen leaves are only counted."""
_LOSS = -1


class _Made(Struct, frozen=True):
    """A ghost's card, and the cards that it leads into, each with the nodes there."""

    card: Card
    consumers: dict[int, list[int]]


def scene_with_ghosts(
    graph: AutogradGraph, trace: Trace | None = None, *, folding: Folding = "auto", live: bool
) -> Scene:
    """The cards of a graph; with the trace, what is cut off from it too."""
    scene = scene_of(graph, folding=folding, live=live)
    return scene if trace is None else with_cuts(scene, cuts_of(trace, graph))


def with_cuts(scene: Scene, cuts: CutsOf) -> Scene:
    """The scene with what is cut off from its graph: before each card what leads into it no more.

    What lies in a folded module call is counted on its card.
    """
    if not cuts.edges and not cuts.lost:
        return scene
    return _Builder(scene).built(cuts)


def look_of(graph: Graph, cuts: CutsOf) -> object:
    """What the ghosts depend on: those of two iterations are alike but for their node numbers."""
    places = {node.id: place for place, node in enumerate(graph.nodes)}
    edges = tuple(
        (
            cut.how, cut.op, cut.leaf, cut.source, cut.module, cut.shape, cut.leaves,
            places.get(-1 if cut.producer is None else cut.producer),
            places.get(-1 if cut.consumer is None else cut.consumer),
        )
        for cut in cuts.edges
    )  # fmt: skip
    return edges, cuts.lost


class _Builder:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.cards = {card.id: card for card in scene.cards}
        self.box = {id: members[-1] for members in scene.folded.boxes() for id in members}
        self.root = scene.folded.graph.root
        self.ghosts: list[_Made] = []
        self.stubs: list[Stub] = []
        self.frozen: dict[int, set[str]] = {}
        self.cut: dict[int, int] = {}
        self.lost: frozenset[str] = frozenset()

    def built(self, cuts: CutsOf) -> Scene:
        self.lost = frozenset(name for name, _use in cuts.lost)
        groups: dict[tuple[object, ...], list[Cut]] = {}
        leaves: dict[str, list[Cut]] = {}
        for cut in cuts.edges:
            if cut.how == "frozen" and cut.leaf is not None:
                leaves.setdefault(cut.leaf, []).append(cut)
            elif cut.how != "frozen" and cut.producer in self.box:
                self._stub(cut)
            else:
                event = -1 if cut.how in ("frozen", "no_grad", "no_node") else cut.event
                groups.setdefault((self._target(cut), cut.how, event), []).append(cut)
        self._frozen_leaves(leaves)
        for alike in groups.values():
            self._group(alike)
        self._loss(cuts)
        self._lost(cuts)
        return self._scene()

    def _node(self, cut: Cut) -> int:
        node = self.root if cut.consumer is None else cut.consumer
        return _LOSS if node is None else node

    def _target(self, cut: Cut) -> int:
        node = self._node(cut)
        return _LOSS if node == _LOSS else self.box[node]

    def _nodes(self, cuts: Sequence[Cut], shown: Iterable[int]) -> dict[int, list[int]]:
        """The cards that cuts lead into, each with the nodes there."""
        return {
            target: list(dict.fromkeys(map(self._node, at)))
            for target in shown
            if (at := [cut for cut in cuts if self._target(cut) == target])
        }

    def _stub(self, cut: Cut) -> None:
        producer, consumer = self.box[cut.producer or 0], self._target(cut)
        if producer == consumer:
            self.cut[consumer] = self.cut.get(consumer, 0) + 1
            return
        word = fonts.elided(word_of(cut), WIDEST / 2, size=TEXT_SIZE, bold=True)
        behind = ((cut.producer or 0, self._node(cut)),)
        slot = -1 - len(self.stubs)
        self.stubs.append(Stub(producer, consumer, slot, 0, word, False, behind))

    def _frozen_leaves(self, leaves: Mapping[str, Sequence[Cut]]) -> None:
        for name, uses in leaves.items():
            targets = dict.fromkeys(map(self._target, uses))
            shown = [
                target
                for target in targets
                if target == _LOSS or self.cards[target].kind != "module"
            ]
            if len(self.scene.cards) + len(leaves) > MANY:
                shown = []
            for target in targets:
                if target not in shown:
                    self.frozen.setdefault(target, set()).add(name)
            if shown:
                lines = (_("frozen"), "grad None") if self.scene.live else (_("frozen"),)
                ghost = Ghost(kind="frozen", lines=lines, leaves=(name,), leaf=True)
                module = self._home(name, shown[0])
                card = self._card(ghost, name, module, uses[0].shape, kind="leaf")
                self.ghosts.append(_Made(card, self._nodes(uses, shown)))

    def _group(self, cuts: list[Cut]) -> None:
        """What several cuts of one kind keep away from one card."""
        first, last, target = cuts[0], cuts[-1], self._target(cuts[0])
        frozen = first.how == "frozen"
        leaves = tuple(dict.fromkeys(name for cut in cuts for name in cut.leaves))
        alone = first.leaf if len(cuts) == 1 else None
        made = last.source or last.op
        title = alone or (common_module(leaves) if frozen or len(cuts) > 1 else "") or made
        lines = [] if title == alone else [where_made(last, made if made != title else "", title)]
        names = leaves if frozen else tuple(name for name in leaves if name in self.lost)
        if names:
            about = N_("frozen: {names}") if frozen else N_("no path: {names}")
            lines.append(_(about).format(names=summed(names)))
        ghost = Ghost(
            kind="frozen" if frozen else "cut",
            lines=tuple(line for line in lines if line),
            leaves=names,
            word="" if frozen else word_of(first),
            leaf=alone is not None,
        )
        module = "" if target == _LOSS else shared_path(last.module, self.cards[target].module)
        shape = last.shape if len(cuts) == 1 else None
        card = self._card(ghost, title, module, shape)
        self.ghosts.append(_Made(card, self._nodes(cuts, [target])))

    def _loss(self, cuts: CutsOf) -> None:
        if self.root is None and any(cut.consumer is None for cut in cuts.edges):
            line = _("has no grad_fn: backward cannot begin")
            card = self._card(Ghost(kind="loss", lines=(line,)), "loss", "", None)
            self.ghosts.append(_Made(replace(card, id=_LOSS, kind="output"), {}))

    def _lost(self, cuts: CutsOf) -> None:
        """The list of leaves that lead nowhere, as a card that stands alone."""
        told: dict[str, list[str]] = {}
        for name, use in cuts.lost:
            if use != "cut":
                told.setdefault(_(USES[use]), []).append(name)
        lines = [
            line
            for use, names in told.items()
            for line in (f"{use}:", *(f"   {text}" for text in listed(names)))
        ]
        if len(lines) > LINES:
            more = _("and {count} more").format(count=len(lines) - LINES + 1)
            lines = [*lines[: LINES - 1], more]
        if lines:
            names = tuple(name for several in told.values() for name in several)
            ghost = Ghost(kind="lost", lines=tuple(lines), leaves=names)
            self.ghosts.append(_Made(self._card(ghost, _("No path to the loss"), "", None), {}))

    def _home(self, name: str, target: int) -> str:
        """The innermost module call around a card that a parameter belongs to."""
        for path in reversed(ancestry("" if target == _LOSS else self.cards[target].module)):
            module = ".".join(part.partition("#")[0] for part in path.split("."))
            if name.startswith(f"{module}."):
                return path
        return ""

    def _card(
        self,
        ghost: Ghost,
        title: str,
        module: str,
        shape: tuple[int, ...] | None,
        *,
        kind: Kind = "function",
    ) -> Card:
        full = one_line(title)
        title = fonts.elided(full, WIDEST, size=TITLE_SIZE, bold=True)
        lines = tuple(fonts.elided(indented(line), WIDEST, size=TEXT_SIZE) for line in ghost.lines)
        sizes = fonts.elided(shape_text(shape), WIDEST, family="mono", size=TEXT_SIZE)
        first = fonts.width(title, size=TITLE_SIZE, bold=True)
        if sizes:
            first += GAP + fonts.width(sizes, family="mono", size=TEXT_SIZE)
        widths = [first, *(fonts.width(line, size=TEXT_SIZE) for line in lines)]
        if ghost.kind == "frozen":
            widths.append(fonts.width("grad None", size=TEXT_SIZE) + CHIP)
        return Card(
            id=_LOSS - 1 - len(self.ghosts),
            kind=kind,
            title=title,
            subtitle=lines[0] if lines else "",
            shape=sizes,
            name=" · ".join(part for part in (full[:300], ghost.word, *lines, sizes) if part),
            module=module,
            helper=False,
            width=round(max(widths)) + 2 * PADDING,
            height=TITLE_LINE + TEXT_LINE * len(lines) + PADDING,
            ghost=replace(ghost, lines=lines),
        )

    def _scene(self) -> Scene:
        before: dict[int, list[Card]] = {}
        after: list[Card] = []
        for made in self.ghosts:
            target = next(iter(made.consumers), None)
            if target is None or target == _LOSS:
                after.append(made.card)
            else:
                before.setdefault(target, []).append(made.card)
            id, word = made.card.id, made.card.ghost.word if made.card.ghost else ""
            for consumer, nodes in made.consumers.items():
                behind = tuple((id, node) for node in nodes)
                slot = -1 - len(self.stubs)
                self.stubs.append(Stub(id, consumer, slot, 0, word, True, behind))
        after.sort(key=lambda card: card.id == _LOSS)
        cards: list[Card] = []
        for card in self.scene.cards:
            cards += before.get(card.id, [])
            frozen, cut = len(self.frozen.get(card.id, ())), self.cut.get(card.id, 0)
            cards.append(replace(card, frozen=frozen, cut=cut) if frozen or cut else card)
        return replace(self.scene, cards=(*cards, *after), stubs=tuple(self.stubs))
