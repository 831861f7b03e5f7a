"""What can be set of a block, in words: each setting with its type, its range and its default."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct, inspect

from gradviz.blocks.kinds import BlockKind
from gradviz.i18n import gettext
from gradviz.spec.catalogue import Kind
from gradviz.spec.model import Composite, Setting

Sort: TypeAlias = Literal["switch", "choice", "text", "words", "code"]


class Field(Struct, frozen=True):
    """A setting: what it is set to, None where it has its ``default``; ``hint`` says what it takes.
    A ``choice`` takes one of the ``choices``, a ``switch`` yes or no; ``code`` is its text as it
    is, and so are ``words``, such as a path, which may be quoted.
    """

    name: str
    sort: Sort
    value: Setting
    given: bool
    default: Setting
    required: bool
    hint: str
    choices: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The value as it is typed."""
        value = self.value if self.given else self.default
        if self.sort == "words" and isinstance(value, str):
            return value if read_words(value) == value else repr(value)
        return str(value) if self.sort == "code" else typed(value)


def fields_of(kind: Kind[Any], settings: Mapping[str, Setting]) -> tuple[Field, ...]:
    """The settings of an entry of a catalogue, in the order of its signature."""
    found = []
    defaults = kind.defaults()
    for each in msgspec.structs.fields(kind.form):
        type_ = inspect.type_info(each.type)
        sort, choices = _sort(type_)
        hint = hint_of(type_)
        if isinstance(kind, BlockKind) and each.name == kind.code:
            sort, hint = "code", gettext("a formula over the inputs: torch.tanh(a) * b")
        elif type(type_) is inspect.StrType and not isinstance(kind, BlockKind):
            sort = "words"
        found.append(
            Field(
                name=each.name,
                sort=sort,
                value=settings.get(each.name),
                given=each.name in settings,
                default=_plain(defaults.get(each.name)),
                required=each.name not in defaults,
                hint=hint,
                choices=choices,
            )
        )
    return tuple(found)


def fields_of_composite(composite: Composite, settings: Mapping[str, Setting]) -> tuple[Field, ...]:
    """The parameters of a composite, as a block sets them."""
    return tuple(
        Field(
            name=name,
            sort="switch" if isinstance(default, bool) else "text",
            value=settings.get(name),
            given=name in settings,
            default=default,
            required=False,
            hint="",
        )
        for name, default in composite.parameters.items()
    )


def typed(value: Setting) -> str:
    """A setting as it is typed: ``3``, ``(3, 5)``, ``same``, ``=channels * 2``."""
    if isinstance(value, str):
        return value if _is_plain_word(value) else repr(value)
    if isinstance(value, list | tuple):
        inside = ", ".join(map(typed, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return repr(value)


def read(text: str) -> Setting:
    """What was typed: a number, a tuple, a word, or a formula. Raises `ValueError`."""
    text = text.strip()
    if text.startswith("="):
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        items = _with_formulas(text)
        if items is not None:
            return items
        if _is_plain_word(text):
            return {"none": None, "true": True, "false": False}.get(text.casefold(), text)
        raise ValueError(text) from None
    return _plain(value)


def read_words(text: str) -> str:
    """What was typed where words are meant: they need no quotes, but may have them."""
    text = text.strip()
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return value if isinstance(value, str) else text


def hint_of(type_: inspect.Type) -> str:
    """What a type takes, in words."""
    if isinstance(type_, inspect.UnionType):
        parts = [hint_of(each) for each in type_.types]
        return gettext(" or ").join(part for part in parts if part)
    match type_:
        case inspect.BoolType():
            return gettext("True or False")
        case inspect.IntType(ge=low, le=high):
            return _number(gettext("a whole number"), low, high)
        case inspect.FloatType(ge=low, gt=above, lt=below):
            text = gettext("a number")
            if above is not None:
                text = gettext("a number above {low:g}").format(low=above)
            elif low is not None and below is not None:
                text = gettext("a number from {low:g} to below {high:g}").format(
                    low=low, high=below
                )
            elif low is not None:
                text = gettext("a number from {low:g}").format(low=low)
            return text
        case inspect.LiteralType(values=values):
            return gettext(" or ").join(map(str, values))
        case inspect.VarTupleType(min_length=least, max_length=most) if least and least == most:
            example = ", ".join(["3", "5", "7"][:least]) + ("," if least == 1 else "")
            return f"({example})"
        case inspect.VarTupleType():
            return gettext("several, such as (2, 3)")
        case inspect.NoneType():
            return "None"
    return ""


def _number(text: str, low: float | None, high: float | None) -> str:
    if low is None:
        return text
    if high is None or high >= 2**31 - 1:
        return gettext("a whole number from {low}").format(low=low)
    return gettext("a whole number from {low} to {high}").format(low=low, high=high)


def _sort(type_: inspect.Type) -> tuple[Sort, tuple[str, ...]]:
    match type_:
        case inspect.BoolType():
            return "switch", ()
        case inspect.LiteralType(values=values):
            return "choice", tuple(map(str, values))
    return "text", ()


def _plain(value: Any) -> Setting:
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(str(value))


def _with_formulas(text: str) -> list[Setting] | None:
    """``(=channels, 3)``: a tuple with formulas in it."""
    inside = text.removeprefix("(").removesuffix(")").strip().removesuffix(",")
    if "," not in text and not text.startswith("("):
        return None
    depth, parts = 0, [""]
    for sign in inside:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    if parts == [text]:  # no end of a tuple where it begins
        return None
    try:
        return [read(part) for part in parts]
    except ValueError:
        return None


def _is_plain_word(text: str) -> bool:
    return text.startswith("=") or (text.isidentifier() and text not in ("None", "True", "False"))
