"""What the views of the builder have in common: the diagram on the desk, and what is picked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QObject, Qt, Signal

from gradviz import commands
from gradviz.errors import GradvizError
from gradviz.qt.blocks.edits import Change
from gradviz.qt.runner import Runner
from gradviz.render.blocks.arranging import arranged
from gradviz.render.blocks.kindcards import Kinds, cards_of, kept_cards, kinds_of
from gradviz.render.blocks.places import Place, placed
from gradviz.render.blocks.sheet import EMPTY, Sheet, sheet_of
from gradviz.spec.model import Block, Diagram, Model, Wire
from gradviz.spec.sharing import resolved
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.blocks.kinds import Blocks
    from gradviz.engine.building.shapes import Shapes
    from gradviz.engine.catalogues.catalogues import Catalogues
    from gradviz.spec.project import Project


class Studied(Struct, frozen=True):
    """What was found out of a model, and where its blocks stand if nobody put them anywhere."""

    model: Model
    path: str
    shapes: Shapes | None
    places: Mapping[str, Place] | None


class Desk(QObject):
    """Reads the workspace; what takes longer is worked out by ``aside``, a runner of its own, so
    that shapes come while an iteration runs. ``trail`` leads into composites: ``layer1.0``.

    ``drawn``: another sheet; ``entered``: of another diagram; ``picked``: another selection;
    ``opened``: all that was known is of another project.
    """

    opened = Signal()
    drawn = Signal()
    entered = Signal()
    picked = Signal()
    known = Signal()
    _refused = Signal(object, object)
    _told = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._told.connect(_call, Qt.ConnectionType.QueuedConnection)
        self._refused.connect(_tell, Qt.ConnectionType.QueuedConnection)
        self.aside = Runner(workspace, self)
        self.trail: tuple[str, ...] = ()
        self.catalogue: Kinds = {}
        self.kinds: Kinds = {}
        self.library: Kinds = {}
        self.shapes: Shapes | None = None
        self.sheet: Sheet = EMPTY
        self.places: dict[str, Place] = {}
        self.chosen: tuple[str, ...] = ()
        self.wire: Wire | None = None
        self.model: Model | None = None
        self.settling = False
        """Whether shapes, and places, are still to come."""
        self._to_choose: tuple[str, ...] | None = None
        self._project: Project | None = None
        self._learned: object = None
        self._laid_out: object = None
        self._remembered: dict[str, dict[str, Place]] = {}

    @property
    def idle(self) -> bool:
        """Whether everything is known that can be."""
        return self.aside.idle

    @property
    def offered(self) -> Kinds:
        """What can be put down: what the model knows, and what the library has besides."""
        return {**self.library, **(self.kinds or self.catalogue)}

    @property
    def within(self) -> str:
        """The name of the composite on the desk; empty for the model itself."""
        diagram = self.diagram
        return "" if diagram is None or isinstance(diagram, Model) else diagram.name

    @property
    def path(self) -> str:
        """Where the diagram stands in the model."""
        return ".".join(self.trail)

    @property
    def diagram(self) -> Diagram | None:
        """What is on the desk."""
        return None if self.model is None else _entered(self.model, self.trail)[0]

    @property
    def free(self) -> bool:
        """Whether nobody has put a block of the diagram anywhere, so that all may move."""
        diagram = self.diagram
        return diagram is None or all(block.position is None for block in diagram.blocks)

    def block(self, name: str) -> Block | None:
        """The block of that name."""
        diagram = self.diagram
        blocks = () if diagram is None else diagram.blocks
        return next((block for block in blocks if block.name == name), None)

    def learn(self) -> None:
        """Have the catalogue loaded, which needs torch."""
        files = self._files()
        if not self.catalogue or files != self._learned:
            table = self.table

            def learn() -> tuple[object, Kinds, Kinds]:
                return files, cards_of(table()), kept_cards()

            self.aside.ask("catalogue", learn, self._take_catalogue)

    def table(self) -> Blocks:
        """The blocks of the project, with those of its own files if these are trusted; to be called
        aside.
        """
        return self.catalogues().blocks

    def catalogues(self) -> Catalogues:
        """The same of everything that a project names."""
        from gradviz.engine.catalogues.catalogues import CATALOGUES, catalogues_of

        project, trusted = self.workspace.project, self.workspace.trusted
        if project is not None and (project.files or project.modules) and trusted:
            with suppress(GradvizError):
                return catalogues_of(project, trusted)
        return CATALOGUES

    def refresh(self) -> None:
        """Read the workspace anew."""
        project = self.workspace.project
        model = None if project is None else project.model
        if model is self.model and self._files() == self._learned:
            if project is not self._project:  # its data or its training
                self._project = project
                self.drawn.emit()
            return
        opened, self._project = not self._came_from(self._project), project
        if opened:
            self.trail, self.shapes, self.places, self._remembered = (), None, {}, {}
            self._laid_out = self._to_choose = None
            self.chosen, self.wire, self.sheet = (), None, EMPTY
            self.model = model
            self.opened.emit()
            self.entered.emit()
        self.model = model
        trail = () if model is None else _entered(model, self.trail)[1]
        moved, self.trail = trail != self.trail, trail
        self.learn()
        if not self.catalogue:
            return
        if moved:
            self.entered.emit()
        self.settling = True
        self._draw()
        self._study()

    def renew(self) -> None:
        """Make the sheet again, in another language."""
        if self.catalogue and self.model is not None:
            self._draw()

    def enter(self, name: str) -> None:
        """Put on the desk what is in a block, if it is a composite."""
        block = self.block(name)
        if block is not None and self.model is not None:
            block = resolved(self.diagram, block) if self.diagram is not None else block
            apart = block.repeat != 1 and not block.shared
            self._go((*self.trail, f"{name}.0" if apart else name))

    def leave(self, levels: int = 1) -> None:
        """Put on the desk what is around the diagram; what one comes from is selected then."""
        if self.trail:
            left = self.trail[-levels].partition(".")[0]
            self._go(self.trail[:-levels], chosen=(left,))

    def go(self, depth: int) -> None:
        """Go up until the trail is so long."""
        if depth < len(self.trail):
            self.leave(len(self.trail) - depth)

    def show(self, block: str, within: str) -> None:
        """Select a block, also in another composite: where that stands first in the model."""
        if within != self.within:
            trail = () if self.model is None else _way_to(self.model, within)
            if trail is None:
                return
            self._go(trail, chosen=(block,))
        else:
            self.pick((block,))

    def shape_on(self, wire: Wire) -> str:
        """The shape that a wire carries; empty if that is not known."""
        for thread in self.sheet.threads:
            if thread.wire == wire:
                shapes = self.sheet.conditions[thread.source[0]].shapes
                return shapes[thread.source[1]] if thread.source[1] < len(shapes) else ""
        return ""

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        history = self.workspace.history
        return history is not None and bool(history.past)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        history = self.workspace.history
        return history is not None and bool(history.future)

    def pick(self, names: Iterable[str], wire: Wire | None = None) -> None:
        """Select blocks, or a wire."""
        chosen = tuple(name for name in dict.fromkeys(names) if name in self.sheet.cards)
        if (chosen, wire) != (self.chosen, self.wire):
            self.chosen, self.wire = chosen, wire
            self.picked.emit()

    def do(
        self,
        change: Change,
        runner: Runner,
        *,
        refused: Callable[[GradvizError], None] | None = None,
    ) -> None:
        """Have the model changed; what the change is about is selected as soon as it is there.
        ``refused`` hears why it cannot be; else the window says so.
        """

        def command(workspace: Workspace) -> None:
            try:
                self._to_choose = commands.edit(workspace, change)
            except GradvizError as error:
                if refused is None:
                    raise
                self._refused.emit(refused, error)

        runner.do(command)

    def tell(self, hearer: Callable[[], None]) -> None:
        """Have something done in the window's own thread."""
        self._told.emit(hearer)

    def stop(self) -> None:
        """Find out nothing more."""
        self.aside.stop()

    def _came_from(self, project: Project | None) -> bool:
        """Whether the project on the table is one with another, some changes before or after."""
        history = self.workspace.history
        if history is None:
            return project is None
        return any(project is each for each in (history.present, *history.past, *history.future))

    def _go(self, trail: tuple[str, ...], *, chosen: tuple[str, ...] = ()) -> None:
        if self.model is None or _entered(self.model, trail)[1] != trail:
            return
        self.trail = trail
        self.chosen, self.wire, self._to_choose = (), None, chosen
        self.places = {}
        self.entered.emit()
        self._draw()
        self._study()

    def _files(self) -> object:
        project = self.workspace.project
        if project is None:
            return ()
        return project.files, project.modules, self.workspace.trusted

    def look_up(self) -> None:
        """Read the library anew."""
        self.aside.ask("library", kept_cards, self._take_library)

    def _take_library(self, found: Kinds) -> None:
        self.library = found
        self.known.emit()

    def _take_catalogue(self, found: tuple[object, Kinds, Kinds]) -> None:
        self._learned, self.catalogue, self.library = found
        self.known.emit()
        if self.model is not None:
            self._draw()
            self._study()

    def _study(self) -> None:
        """Have shapes found out, and places if need be."""
        model, trail, known, table = self.model, self.trail, self.catalogue, self.table
        if model is None:
            return
        free = self.free and not (self.places and set(self.places) == set(self.sheet.cards)
                                  and self._laid_out == _outline(self.sheet))  # fmt: skip

        def study() -> Studied:
            return _studied(model, trail, known, table(), place=free)

        self.aside.ask(self, study, self._take)

    def _take(self, found: Studied) -> None:
        if found.model is not self.model or found.path != self.path:
            return
        self.shapes = found.shapes
        self.settling = False
        self._draw(None if found.places is None else _anchored(found.places, self.places))
        if found.places is not None:
            self._laid_out = _outline(self.sheet)

    def _draw(self, arranged: Mapping[str, Place] | None = None) -> None:
        """Make the sheet, and find a place for each of its cards."""
        diagram, model, before = self.diagram, self.model, _outline(self.sheet)
        if diagram is None or model is None:
            self.sheet, self.places, self.chosen, self.wire = EMPTY, {}, (), None
        else:
            self.kinds = kinds_of(model, self.catalogue)
            self.sheet = sheet_of(diagram, self.kinds, self.shapes, self.path)
            names = [block.name for block in diagram.blocks]
            places = dict(self._remembered.get(self.within, {}) if arranged is None else arranged)
            places.update(
                {each.name: each.position for each in diagram.blocks if each.position is not None}
            )
            if not places and self.free and arranged is None:
                self.places = {}  # they are being arranged: what is in no place is not shown
            else:
                self.places = placed(names, self.sheet.cards, diagram.wires, places)
                self._remembered[self.within] = dict(self.places)
        self._choose_again(changed=_outline(self.sheet) != before)
        self.drawn.emit()

    def _choose_again(self, *, changed: bool) -> None:
        """Select what an edit is about, or what is left of the selection. What is selected already
        is told again where the edit has ``changed`` blocks or wires, so that it is looked at.
        """
        told = changed and self._to_choose is not None
        wanted = self.chosen if self._to_choose is None else self._to_choose
        chosen = tuple(name for name in wanted if name in self.sheet.cards)
        self._to_choose = None
        wires = () if self.diagram is None else self.diagram.wires
        wire = self.wire if self.wire in wires else None
        if told or (chosen, wire) != (self.chosen, self.wire):
            self.chosen, self.wire = chosen, wire
            self.picked.emit()


def _tell(hearer: Callable[[GradvizError], None], error: GradvizError) -> None:
    hearer(error)


def _call(hearer: Callable[[], None]) -> None:
    hearer()


def _entered(model: Model, trail: tuple[str, ...]) -> tuple[Diagram, tuple[str, ...]]:
    """The diagram that a trail leads to, and as much of the trail as there is."""
    composites = {composite.name: composite for composite in model.composites}
    diagram: Diagram = model
    gone: tuple[str, ...] = ()
    for part in trail:
        name = part.partition(".")[0]
        block = next((each for each in diagram.blocks if each.name == name), None)
        if block is None or block.kind not in composites:
            break
        diagram = composites[block.kind]
        gone = (*gone, part)
    return diagram, gone


def _studied(
    model: Model, trail: tuple[str, ...], known: Kinds, blocks: Blocks, *, place: bool
) -> Studied:
    """What can be found out; of a model that cannot even be planned, nothing."""
    from gradviz.engine.building.shapes import infer

    path = ".".join(trail)
    shapes: Shapes | None = None
    try:
        shapes = infer(model, blocks)
    except GradvizError:
        shapes = None
    if not place:
        return Studied(model, path, shapes, None)
    diagram = _entered(model, trail)[0]
    sheet = sheet_of(diagram, kinds_of(model, known), shapes, path)
    return Studied(model, path, shapes, arranged(list(sheet.cards.values()), diagram.wires))


def _anchored(places: Mapping[str, Place], before: Mapping[str, Place]) -> dict[str, Place]:
    """The places, moved so that the topmost block that was there before stays where it was."""
    known = [name for name in places if name in before]
    if not known:
        return dict(places)
    held = min(known, key=lambda name: places[name][1])
    dx, dy = before[held][0] - places[held][0], before[held][1] - places[held][1]
    return {name: (x + dx, y + dy) for name, (x, y) in places.items()}


def _outline(sheet: Sheet) -> object:
    """What an arrangement depends on."""
    sizes = tuple((card.name, card.width, card.height) for card in sheet.cards.values())
    return sizes, tuple((thread.source, thread.target) for thread in sheet.threads)


def _way_to(model: Model, within: str) -> tuple[str, ...] | None:
    """The trail to the first block that is of a composite; None if there is none."""
    composites = {composite.name: composite for composite in model.composites}
    waiting: list[tuple[Diagram, tuple[str, ...]]] = [(model, ())]
    seen = {""}
    for diagram, trail in waiting:
        name = "" if isinstance(diagram, Model) else diagram.name
        if name == within:
            return trail
        for block in diagram.blocks:
            if block.kind in composites and block.kind not in seen:
                seen.add(block.kind)
                built = resolved(diagram, block)
                part = f"{block.name}.0" if built.repeat != 1 and not built.shared else block.name
                waiting.append((composites[block.kind], (*trail, part)))
    return None
