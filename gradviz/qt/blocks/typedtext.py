"""What was typed into a row of the form, as a change of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradviz.i18n import gettext as _
from gradviz.qt.blocks.changes import Changes
from gradviz.qt.blocks.edits import Change
from gradviz.spec.model import Block

if TYPE_CHECKING:
    from gradviz.explain.blockform import Field


class UnreadError(ValueError):
    """A text that means nothing there; it says why, in the user's language."""


def setting(name: str, field: Field, text: str, changes: Changes) -> Change:
    """A setting of a block; an empty text puts it back. Raises `UnreadError`."""
    if not text.strip() and not field.required:
        return changes.reset(name, field.name)
    if field.sort in ("choice", "code"):
        return changes.set(name, field.name, text)
    hint = field.hint or _("a value")
    why = _("“{text}” cannot be read. It takes {hint}.").format(text=text, hint=hint)
    return changes.set(name, field.name, _read(text, why))


def of_block(name: str, key: str, text: str, changes: Changes) -> Change:
    """What every block has: ``repeat``, ``frozen`` and so on. Raises `UnreadError`."""
    return changes.set_block(name, key, text if key == "dtype" else _read(text))


def init_setting(block: Block, of: str, field: Field, text: str, changes: Changes) -> Change:
    """A setting of how a parameter begins; an empty text puts it back. Raises `UnreadError`."""
    choice = block.init[of]
    settings = {name: each for name, each in choice.settings.items() if name != field.name}
    if text.strip() or field.required:
        settings[field.name] = text if field.sort == "choice" else _read(text)
    return changes.init(block, of, choice.kind, settings)


def new_tie(name: str, text: str, changes: Changes) -> Change:
    """``weight = tokens.weight``. Raises `UnreadError`."""
    own, equals, target = text.partition("=")
    if not equals or not target.strip():
        raise UnreadError(_("Write a parameter, = and another one: weight = tokens.weight"))
    return changes.tie(name, own.strip(), target)


def parameter(name: str, text: str, changes: Changes) -> Change:
    """The default of a composite's parameter; an empty text takes it away. Raises `UnreadError`."""
    if not text.strip():
        return changes.drop_parameter(name)
    return changes.parameter(name, _read(text))


def new_parameter(text: str, changes: Changes) -> Change:
    """``channels = 64``. Raises `UnreadError`."""
    why = _("Write a name, = and a value: channels = 64")
    name, equals, value = text.partition("=")
    if not equals:
        raise UnreadError(why)
    return changes.parameter(name.strip(), _read(value, why))


def _read(text: str, why: str = "") -> Any:
    from gradviz.explain.blockform import read

    try:
        return read(text)
    except ValueError:
        raise UnreadError(why or _("“{text}” cannot be read.").format(text=text)) from None
