"""What keys and menus do on the canvas with what is selected."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from gradviz import commands
from gradviz.qt.blocks.desk import Desk
from gradviz.qt.blocks.editor import Editor
from gradviz.qt.blocks.edits import Change
from gradviz.render.blocks.sheet import input_name, missing_inputs, source_name
from gradviz.spec.check import block_of
from gradviz.spec.model import Model
from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.editing.edited import Edited
    from gradviz.editing.placing import Axis, Edge


class Handles(QObject):
    """Each is one change of the model. ``named`` asks for the form's line of the name."""

    named = Signal()
    _kept = Signal()

    def __init__(self, desk: Desk, editor: Editor) -> None:
        super().__init__(editor)
        self.desk, self.editor = desk, editor
        self._kept.connect(desk.look_up, Qt.ConnectionType.QueuedConnection)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        return self.desk.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        return self.desk.can_redo

    def undo(self) -> None:
        """As it was before the last change."""
        self.editor.runner.do(commands.undo)

    def redo(self) -> None:
        """What was undone."""
        self.editor.runner.do(commands.redo)

    def add(self) -> None:
        """Ask for a kind; see `Editor.add_kind` for where it goes."""
        self.editor.ask_kind()

    def replace(self) -> None:
        """Ask for a kind that takes the place of what is selected."""
        self.editor.ask_replacement()

    def draw_wires(self) -> None:
        """Connect the selected blocks one after the other; from a single one, choose where to."""
        chosen = self.desk.chosen
        if len(chosen) == 1:
            self.editor.draw_by_keys(chosen[0])
            return
        cards, conditions = self.desk.sheet.cards, self.desk.sheet.conditions
        pairs = []
        for one, other in pairwise(chosen):
            if cards[one].outputs and cards[other].inputs:
                free = missing_inputs(cards[other], conditions[other]) or (0,)
                pairs.append((source_name(cards[one], 0), input_name(cards[other], free[0])))

        def change(model: Model) -> Edited:
            from gradviz import editing
            from gradviz.editing.edited import Edited

            for source, target in pairs:
                model = editing.connect(model, source, target, within=within).model
            return Edited(model, chosen)

        within = self.desk.within
        self._do(change)

    def cut_wires(self) -> None:
        """Take away the selected wire; or those between the selected blocks; or all of a block."""
        desk = self.desk
        wires = [each.wire for each in desk.sheet.threads]
        chosen = set(desk.chosen)
        if desk.wire is not None:
            gone = [desk.wire]
        else:
            ends = [{block_of(each.source), block_of(each.target)} for each in wires]
            inner = [wire for wire, both in zip(wires, ends, strict=True) if both <= chosen]
            gone = inner or [wire for wire, both in zip(wires, ends, strict=True) if both & chosen]
        if gone:
            self._edit("disconnect", gone)

    def cut(self) -> None:
        """Copy, and delete."""
        self.copy()
        self._edit("remove", self.desk.chosen)

    def copy(self) -> None:
        """Put the selected blocks on the clipboard, as JSON."""
        model, chosen, within = self.desk.model, self.desk.chosen, self.desk.within

        def text() -> str:
            from gradviz import editing

            assert model is not None
            return editing.copy(model, chosen, within=within)

        self.desk.aside.ask("copy", text, QApplication.clipboard().setText)

    def paste(self) -> None:
        """Put what is on the clipboard onto the canvas, in the middle of what is seen."""
        middle = self.editor.seen().center()
        text = QApplication.clipboard().text()
        self._do(self.editor.edits.paste(text, (middle.x(), middle.y())))

    def duplicate(self) -> None:
        """The selected blocks once more."""
        self._edit("duplicate", self.desk.chosen)

    def delete(self) -> None:
        """Delete the selected blocks or the selected wire."""
        if self.desk.wire is not None:
            self._edit("disconnect", [self.desk.wire])
        else:
            self._edit("remove", self.desk.chosen)

    def bypass(self) -> None:
        """Take the selected blocks out, and join what they were between."""
        self._edit("bypass", self.desk.chosen)

    def group(self) -> None:
        """Make the selected blocks one block."""
        self._edit("group", self.desk.chosen)

    def ungroup(self) -> None:
        """Put what is in the selected block in its place."""
        self._edit("ungroup", self.desk.chosen[0])

    @property
    def can_share(self) -> bool:
        """Whether the selected blocks are of one kind, which has something to share."""
        cards = [self.desk.sheet.cards[name] for name in self.desk.chosen]
        kinds = {(card.kind, card.sort in ("layer", "source", "composite")) for card in cards}
        return len(cards) > 1 and len(kinds) == 1 and kinds.pop()[1]

    def share(self) -> None:
        """Make the selected blocks one module: that of the one that was selected first."""
        chosen = self.desk.chosen
        blocks = [block for block in map(self.desk.block, chosen) if block is not None]
        first = next((each.name for each in blocks if not each.same), blocks[0].same)
        others = [each.name for each in blocks if each.name != first and each.same != first]
        self._shared(chosen, dict.fromkeys(others, first))

    def part(self) -> None:
        """Give the selected blocks weights of their own."""
        chosen = self.desk.chosen
        blocks = [block for block in map(self.desk.block, chosen) if block is not None]
        self._shared(chosen, {each.name: "" for each in blocks if each.same})

    def _shared(self, chosen: tuple[str, ...], originals: Mapping[str, str]) -> None:
        within = self.desk.within

        def change(model: Model) -> Edited:
            from gradviz import editing
            from gradviz.editing.edited import Edited

            for name, original in originals.items():
                model = editing.share(model, name, original, within=within).model
            return Edited(model, chosen)

        self._do(change)

    def keep(self) -> None:
        """Keep the selected composite, or the one on the desk, in the user's library."""
        chosen = self.desk.block(self.desk.chosen[0]) if self.desk.chosen else None
        name = self.desk.within if chosen is None else chosen.kind
        self.editor.runner.do(self._keep, name)

    def _keep(self, workspace: Workspace, name: str) -> None:
        commands.keep_composite(workspace, name)
        self._kept.emit()

    def enter(self) -> None:
        """Go into the selected block."""
        self.desk.enter(self.desk.chosen[0])

    def leave(self) -> None:
        """Go out of the composite."""
        self.desk.leave()

    def arrange(self) -> None:
        """Let Graphviz say where all blocks stand."""
        self.editor.runner.do(commands.arrange, self.desk.within)

    def select_all(self) -> None:
        """Select all blocks."""
        self.desk.pick(self.desk.sheet.cards)

    def rename(self) -> None:
        """Ask for another name."""
        self.named.emit()

    def align(self, edge: Edge) -> None:
        """Put edges or middles of the selected blocks in one line."""
        self._placed("align", edge)

    def distribute(self, axis: Axis) -> None:
        """Space the selected blocks evenly."""
        self._placed("distribute", axis)

    def _placed(self, function: str, how: str) -> None:
        desk = self.desk
        within, chosen, places = desk.within, desk.chosen, dict(desk.places)
        sizes = {name: (card.width, card.height) for name, card in desk.sheet.cards.items()}

        def change(model: Model) -> Edited:
            from gradviz import editing

            pinned = editing.move(model, places, within=within).model
            edited: Edited = getattr(editing, function)(
                pinned, chosen, how, within=within, sizes=sizes
            )
            return edited

        self._do(change)

    def _edit(self, function: str, *args: object, **more: Any) -> None:
        within = self.desk.within

        def change(model: Model) -> Edited:
            from gradviz import editing

            edited: Edited = getattr(editing, function)(model, *args, within=within, **more)
            return edited

        self._do(change)

    def _do(self, change: Change) -> None:
        self.editor.do(change)
