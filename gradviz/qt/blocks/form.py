"""The form of what is selected on the canvas: the only place where its values are edited."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gradviz.errors import GradvizError
from gradviz.i18n import gettext as _
from gradviz.qt.blocks import typedtext
from gradviz.qt.blocks.changes import Changes
from gradviz.qt.blocks.desk import Desk
from gradviz.qt.blocks.edits import Change
from gradviz.qt.blocks.formparts import facts_of, muted_label, sorts_of, wording_of
from gradviz.qt.blocks.formrow import FormRow, choice_row, switch_row, text_row
from gradviz.qt.blocks.problembox import ProblemBox
from gradviz.qt.blocks.signicon import sign_icon
from gradviz.qt.blocks.trainingform import TrainingForm
from gradviz.qt.blocks.valueedit import ValueEdit
from gradviz.qt.factlist import FactList
from gradviz.qt.look import SPACE, TEXT, TITLE
from gradviz.qt.pages import Fact
from gradviz.qt.runner import Runner
from gradviz.render import fonts
from gradviz.render.theme import Theme
from gradviz.spec.model import Composite, Model

if TYPE_CHECKING:
    from gradviz.explain.blockform import Field
    from gradviz.explain.blockpage import BlockPage

DTYPES = ("", "float16", "bfloat16", "float32", "float64")


class Form(QWidget):
    """Shows a `BlockPage`, which is written aside. What is refused says why below its line.
    ``left``: the keys are to go elsewhere.
    """

    left = Signal()

    def __init__(self, desk: Desk, runner: Runner, theme: Theme) -> None:
        super().__init__()
        self._desk, self._runner, self._theme = desk, runner, theme
        self.page: BlockPage | None = None
        self.rows: dict[str, FormRow] = {}
        self._built: object = None
        self._wanted: str | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self.scroller)
        body = QWidget()
        body.setObjectName("paper")
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE + SPACE // 2, SPACE, SPACE + SPACE // 2, SPACE)
        column.setSpacing(SPACE // 2)
        top = QHBoxLayout()
        self.sign, self.title = QLabel(), QLabel()
        self.title.setFont(fonts.font("sans", TITLE, bold=True))
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        top.addWidget(self.sign)
        top.addWidget(self.title, 1)
        self.enter = QPushButton()
        self.enter.setObjectName("deed")
        self.enter.clicked.connect(lambda: self._desk.enter(self._desk.chosen[0]))
        top.addWidget(self.enter)
        column.addLayout(top)
        self.summary = muted_label()
        column.addWidget(self.summary)
        self.problem = ProblemBox(theme)
        self.problem.wanted.connect(self._mend)
        column.addWidget(self.problem)
        self._rows_box = QVBoxLayout()
        column.addLayout(self._rows_box)
        self.facts = FactList()
        column.addWidget(self.facts)
        self.training = TrainingForm(desk, runner)
        column.addWidget(self.training)
        self.formulas = muted_label("formula")
        self.formulas.setFont(fonts.font("mono", TEXT - 1))
        column.addWidget(self.formulas)
        column.addStretch(1)
        self.scroller.setWidget(body)
        desk.drawn.connect(self.refresh)
        desk.picked.connect(self.refresh)
        desk.entered.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Write the texts in the language in use."""
        self.scroller.setAccessibleName(_("form"))
        self.enter.setText(_("Open"))
        self.training.retranslate()
        self._built = None
        self.refresh()

    def recolour(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.problem.recolour(theme)
        self._show(self.page)

    def refresh(self) -> None:
        """Have the page written."""
        desk = self._desk
        diagram, model, shapes, path = desk.diagram, desk.model, desk.shapes, desk.path
        nothing = not desk.chosen and desk.wire is None
        self.training.refresh(wanted=nothing and isinstance(diagram, Model))
        if model is None or diagram is None or len(desk.chosen) != 1 or not desk.catalogue:
            self._show(None)
            return
        (name,) = desk.chosen
        table = desk.table

        def write() -> BlockPage | None:
            from gradviz.explain.blockpage import block_page

            return block_page(model, diagram, name, shapes, path, table())

        desk.aside.ask(self, write, self._show)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc, which no line needed, leads back to where one came from."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def edit(self) -> None:
        """Go to the first setting."""
        self._go_to("")

    def edit_name(self) -> None:
        """Go to the name."""
        self._go_to("name")

    def _go_to(self, key: str) -> None:
        """To a row, or the first but for the name; of a page that is being written, once it is."""
        page, chosen = self.page, self._desk.chosen
        if page is None or (page.block.name,) != chosen:
            self._wanted = key
            return
        self._wanted = None
        first = next((each for each in self.rows if each not in ("name", "kind")), "name")
        row = self.rows.get(key or first)
        if row is not None:
            row.editor.setFocus()
            if isinstance(row.editor, ValueEdit):
                row.editor.selectAll()

    def _show(self, page: BlockPage | None) -> None:
        self.page = page if page is None or self._desk.chosen == (page.block.name,) else self.page
        if page is not self.page:
            return
        if page is None:
            self._show_general()
            return
        icon = sign_icon(page.group, self._theme).pixmap(QSize(20, 20))
        self.sign.setPixmap(icon)
        self.sign.show()
        self.title.setText(page.kind)
        self.enter.setVisible(page.composite)
        self.summary.setText(page.summary)
        self.summary.setVisible(bool(page.summary))
        self.problem.show_problem(page.problem, page.repairs, where=page.where)
        key = page.block.name, page.kind, self._desk.path, tuple(each.name for each in page.fields)
        begins = tuple(
            (each.name, bool(each.tied), tuple(f.name for f in each.fields))
            for each in page.learned
        )
        shape = key, begins, sorts_of(page), page.alike, page.block.same
        if shape != self._built:
            self._built = shape
            self._build(page)
        self._fill(page)
        self.facts.show_facts(facts_of(page))
        if self._wanted is not None:
            self._go_to(self._wanted)
        lines = (*page.forward, *page.backward)
        self.formulas.setText("\n".join(lines))
        self.formulas.setVisible(bool(lines))

    def _show_general(self) -> None:
        """What there is to be said if nothing, or several blocks, are selected."""
        desk = self._desk
        self._built = None
        self.sign.hide()
        self.enter.hide()
        self.formulas.hide()
        self.problem.show_problem(None, ())
        several = len(desk.chosen) > 1
        diagram = desk.diagram
        grid = self._fresh_grid()
        facts: list[Fact] = []
        self.summary.setText("")
        if desk.wire is not None:
            self.title.setText(_("Wire"))
            facts.append(Fact(_("from"), desk.wire.source))
            facts.append(Fact(_("to"), desk.wire.target))
            facts.append(Fact(_("shape"), desk.shape_on(desk.wire)))
        elif several:
            text = _("{count} blocks")
            self.title.setText(text.format(count=len(desk.chosen)))
            counts = [desk.sheet.cards[name].count or 0 for name in desk.chosen]
            facts.append(Fact(_("numbers to learn"), f"{sum(counts):,}"))
        elif isinstance(diagram, Composite):
            self.title.setText(diagram.name)
            self._composite_rows(grid, diagram)
        else:
            self.title.setText(_("Model") if diagram is not None else _("Nothing to see yet"))
            facts += self._model_facts()
        self.summary.setVisible(bool(self.summary.text()))
        self.facts.show_facts([each for each in facts if each.text])

    def _model_facts(self) -> list[Fact]:
        desk = self._desk
        cards, conditions = desk.sheet.cards, desk.sheet.conditions
        counts = [card.count or 0 for card in cards.values()]
        shapes = [
            shape
            for name, card in cards.items()
            if card.sort == "input"
            for shape in conditions[name].shapes
        ]
        return [
            Fact(_("blocks"), str(len(cards)) if cards else ""),
            Fact(_("numbers to learn"), f"{sum(counts):,}" if desk.shapes is not None else ""),
            Fact(_("comes in"), ", ".join(shapes)),
            Fact(_("does not fit"), ", ".join(desk.sheet.problems)),
        ]

    def _composite_rows(self, grid: QGridLayout, composite: Composite) -> None:
        """What is set of the composite itself, whose inside is on the desk."""
        from gradviz.explain.blockform import typed

        changes = Changes(self._desk.within)
        row = self._add("name", text_row(grid, _("name")))
        row.show_text(composite.name)
        row.entered.connect(lambda text: self._do("name", changes.rename_composite(text)))
        row = self._add("note", text_row(grid, _("note")))
        row.show_text(composite.note)
        row.entered.connect(lambda text: self._do("note", changes.note(text)))
        for name, default in composite.parameters.items():
            hint = _("the default of this parameter; without one it is taken away")
            row = self._add(f"p:{name}", text_row(grid, name, hint))
            row.show_text(typed(default))
            row.entered.connect(partial(self._enter_parameter, name))
        hint = _("without it the blocks in it run under torch.no_grad()")
        row = self._add("grad", switch_row(grid, "grad", hint))
        row.show_text(str(composite.grad))
        row.entered.connect(lambda text: self._do("grad", changes.record(grad=text == "True")))
        row = self._add("new", text_row(grid, _("new parameter"), _("such as: channels = 64")))
        row.show_text("")
        row.entered.connect(self._enter_new_parameter)

    def _build(self, page: BlockPage) -> None:
        """The only place that makes the rows of a block; what was being edited still is."""
        edited = next((key for key, row in self.rows.items() if row.editor.hasFocus()), "")
        grid = self._fresh_grid()
        self._build_rows(grid, page)
        if edited in self.rows:
            self.rows[edited].editor.setFocus()

    def _build_rows(self, grid: QGridLayout, page: BlockPage) -> None:
        self._add("name", text_row(grid, _("name"))).entered.connect(
            lambda text: self._do("name", self._changes.rename(self._name, text))
        )
        if page.block.same:
            self._same_row(grid, page)
        if page.composite:
            hint = _("wherever it stands: its blocks and its name are the same")
            row = self._add("kind", text_row(grid, _("composite"), hint))
            row.entered.connect(lambda text: self._do("kind", _renamed(page.kind, text)))
        for field in page.fields:
            self._field_row(grid, field)
        if page.end:
            return
        if page.alike and not page.block.same:
            self._same_row(grid, page)
        hint = _("this many in a row, each fed by the one before; or a formula")
        row = self._add("repeat", text_row(grid, _("repeat"), hint))
        row.entered.connect(lambda text: self._enter("repeat", text))
        hint = _("all repetitions have the same weights")
        row = self._add("shared", switch_row(grid, _("shared weights"), hint))
        row.entered.connect(lambda text: self._enter("shared", text))
        if page.learned or page.count:
            hint = _("its weights are not trained")
            row = self._add("frozen", switch_row(grid, _("frozen"), hint))
            row.entered.connect(lambda text: self._enter("frozen", text))
            row = self._add("dtype", choice_row(grid, "dtype", DTYPES))
            row.entered.connect(lambda text: self._enter("dtype", text))
        for each in page.learned:
            if each.tied:
                label = _("{name} is").format(name=each.name)
                hint = _("a parameter of another block; empty for one of its own")
                row = self._add(f"t:{each.name}", text_row(grid, label, hint))
                row.entered.connect(partial(self._enter_tie, each.name))
                continue
            label = _("{name} begins").format(name=each.name)
            row = self._add(f"i:{each.name}", choice_row(grid, label, ("", *page.inits)))
            row.entered.connect(partial(self._enter_init, each.name))
            for field in each.fields:
                row = self._row_of(grid, field)
                self._add(f"i:{each.name}.{field.name}", row)
                row.entered.connect(partial(self._enter_init_setting, each.name, field))
        if page.block.same:  # what it is set to is the other's
            for key, row in self.rows.items():
                row.editor.setEnabled(key in ("name", "same"))
        elif page.learned or page.count:
            hint = _("such as: weight = tokens.weight")
            row = self._add("tie", text_row(grid, _("tie a parameter"), hint))
            row.entered.connect(self._enter_new_tie)

    def _same_row(self, grid: QGridLayout, page: BlockPage) -> None:
        hint = _("one more call of that block, with its weights")
        row = self._add("same", choice_row(grid, _("same as"), ("", *page.alike), hint))
        row.entered.connect(lambda text: self._do("same", self._changes.share(self._name, text)))

    def _field_row(self, grid: QGridLayout, field: Field) -> None:
        row = self._row_of(grid, field)
        self._add(f"s:{field.name}", row)
        row.entered.connect(lambda text: self._enter_setting(field, text))

    def _row_of(self, grid: QGridLayout, field: Field) -> FormRow:
        """A line for a setting, as its sort wants it; a formula is typed."""
        formula = isinstance(field.value, str) and field.value.startswith("=")
        if field.sort == "switch" and not formula:
            return switch_row(grid, field.name, field.hint)
        if field.sort == "choice" and not formula:
            return choice_row(grid, field.name, field.choices, field.hint)
        return text_row(grid, field.name, field.hint)

    def _fill(self, page: BlockPage) -> None:
        from gradviz.explain.blockform import typed

        block = page.block
        texts: dict[str, tuple[str, bool]] = {
            "name": (block.name, True),
            "kind": (page.kind, True),
            "repeat": (typed(block.repeat), block.repeat != 1),
            "shared": (str(block.shared), True),
            "frozen": (str(block.frozen), True),
            "dtype": (block.dtype, True),
            **{f"s:{each.name}": (each.text, each.given) for each in page.fields},
            **{f"i:{each.name}": (each.init, True) for each in page.learned},
            **{
                f"i:{each.name}.{field.name}": (field.text, field.given)
                for each in page.learned
                for field in each.fields
            },
            **{f"t:{each.name}": (each.tied, True) for each in page.learned},
            "same": (block.same, True),
            "tie": ("", True),
        }
        for key, row in self.rows.items():
            text, given = texts[key]
            row.show_text(text, given=given)

    def _enter_setting(self, field: Field, text: str) -> None:
        self._type(f"s:{field.name}", partial(typedtext.setting, self._name, field, text))

    def _enter(self, key: str, text: str) -> None:
        self._type(key, partial(typedtext.of_block, self._name, key, text))

    def _enter_init(self, parameter: str, text: str) -> None:
        if self.page is not None:
            self._do(f"i:{parameter}", self._changes.init(self.page.block, parameter, text))

    def _enter_init_setting(self, parameter: str, field: Field, text: str) -> None:
        if self.page is not None:
            typed = partial(typedtext.init_setting, self.page.block, parameter, field, text)
            self._type(f"i:{parameter}.{field.name}", typed)

    def _enter_tie(self, parameter: str, text: str) -> None:
        self._do(f"t:{parameter}", self._changes.tie(self._name, parameter, text))

    def _enter_new_tie(self, text: str) -> None:
        if text.strip():
            self._type("tie", partial(typedtext.new_tie, self._name, text))

    def _enter_parameter(self, name: str, text: str) -> None:
        self._type(f"p:{name}", partial(typedtext.parameter, name, text))

    def _enter_new_parameter(self, text: str) -> None:
        self._type("new", partial(typedtext.new_parameter, text))

    def _type(self, key: str, typed: Callable[[Changes], Change]) -> None:
        """Do what was typed into a row, or say there why it cannot be."""
        try:
            change = typed(self._changes)
        except typedtext.UnreadError as unread:
            self._refuse(key, str(unread))
            return
        self._do(key, change)

    def _mend(self, place: int) -> None:
        if self.page is not None and place < len(self.page.repairs):
            repair = self.page.repairs[place]
            self._desk.do(self._changes.mend(repair, self._name), self._runner)

    @property
    def _changes(self) -> Changes:
        return Changes(self._desk.within)

    @property
    def _name(self) -> str:
        return self._desk.chosen[0] if self._desk.chosen else ""

    def _do(self, key: str, change: Callable[..., object]) -> None:
        def refused(error: GradvizError) -> None:
            self._refuse(key, wording_of(error))

        self._desk.do(change, self._runner, refused=refused)  # type: ignore[arg-type]

    def _refuse(self, key: str, why: str) -> None:
        if key in self.rows:
            self.rows[key].refuse(why)
            if self.page is not None and not isinstance(self.rows[key].editor, QLabel):
                editor = self.rows[key].editor
                if editor.inherits("QComboBox") or editor.inherits("QCheckBox"):
                    self._fill(self.page)
                    self.rows[key].refuse(why)

    def _add(self, key: str, row: FormRow) -> FormRow:
        self.rows[key] = row
        return row

    def _fresh_grid(self) -> QGridLayout:
        """An empty grid in the place of the one before."""
        while (item := self._rows_box.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self.rows = {}
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, SPACE // 2, 0, SPACE // 2)
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        self._rows_box.addWidget(holder)
        return grid


def _renamed(composite: str, name: str) -> Change:
    return Changes(composite).rename_composite(name)
