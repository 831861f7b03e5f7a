"""Catalogues: a function with a signature becomes an entry that a project can name."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from functools import partial, reduce
from operator import or_
from typing import Annotated, Any, Generic, Self, TypeVar, Union

import msgspec

from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.model import Setting

Made = TypeVar("Made")
Maker = TypeVar("Maker", bound=Callable[..., Any])
_ANY_NUMBER = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_GRADIENT = re.compile(r"d[^\s,]+ =")
K = TypeVar("K", bound="Kind[Any]")


_WORDS = (
    (r"Object missing required field `(?P<name>.+)`", N_("{kind} needs a value for {name}")),
    (r"Object contains unknown field `(?P<name>.+)`", N_("{kind} has no setting “{name}”")),
    (r"Expected `int` >= (?P<bound>.+)",
     N_("{kind}{path} must be a whole number of {bound} or more")),
    (r"Expected `.+` >= (?P<bound>.+)", N_("{kind}{path} must be {bound} or more")),
    (r"Expected `.+` <= (?P<bound>.+)", N_("{kind}{path} must be {bound} or less")),
    (r"Expected `.+` > (?P<bound>.+)", N_("{kind}{path} must be more than {bound}")),
    (r"Expected `.+` < (?P<bound>.+)", N_("{kind}{path} must be less than {bound}")),
    (r"Expected `(?P<wanted>.+)`, got `(?P<got>.+)`",
     N_("{kind}{path} must be {wanted}, not {got}")),
    (r"Invalid (?:enum )?value (?P<got>.+)", N_("{kind}{path} cannot be {got}")),
)  # fmt: skip
"""What msgspec says of a setting, and what we say."""


class Kind(msgspec.Struct, Generic[Made], frozen=True):
    """One entry: the function that makes it, and what its signature and docstring say.

    ``given`` are arguments of the function that a project does not set. ``formulas`` say what it
    calculates, line by line, where ``dx`` is ∂L/∂x. ``home`` is the Python file of the user's that
    it comes from, as one imports it; empty for what gradviz brings.
    """

    name: str
    group: str
    make: Callable[..., Made]
    form: type[msgspec.Struct]
    summary: str
    given: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    home: str = ""

    @property
    def forward(self) -> tuple[str, ...]:
        """The formulas of what comes out of it."""
        return tuple(line for line in self.formulas if not _GRADIENT.match(line))

    @property
    def backward(self) -> tuple[str, ...]:
        """The formulas of the gradients: ``dx = dy · W``."""
        return tuple(line for line in self.formulas if _GRADIENT.match(line))

    def checked(self, settings: Mapping[str, Setting], *, where: str) -> dict[str, object]:
        """All settings with their defaults; raises `BuildError` for a wrong one."""
        try:
            form = msgspec.convert(dict(settings), self.form)
        except msgspec.ValidationError as error:
            what, fields = complaint_about(error)
            raise BuildError(
                what,
                where=where,
                mend=N_("{kind} takes {form}"),
                kind=self.name,
                form=self.signature(),
                **fields,
            ) from error
        return {name: getattr(form, name) for name in self.form.__struct_fields__}

    def raised(self, *usual: type[Exception]) -> tuple[type[Exception], ...]:
        """What its function may raise: code of the user's anything, else what is usual."""
        return (Exception,) if self.home else usual

    def defaults(self) -> dict[str, Any]:
        """The settings that need not be said, as they are then."""
        known = {
            field.name: field.default
            if field.default_factory is msgspec.NODEFAULT
            else field.default_factory()
            for field in msgspec.structs.fields(self.form)
        }
        return {name: each for name, each in known.items() if each is not msgspec.NODEFAULT}

    def signature(self) -> str:
        """The settings as a learner would read them: ``in_features, out_features, bias=True``."""
        defaults = self.defaults()
        parts = [
            f"{name}={defaults[name]}" if name in defaults else name
            for name in self.form.__struct_fields__
        ]
        return ", ".join(parts) or N_("no settings")


class Table(Generic[K]):
    """Entries of one sort (blocks, losses, optimizers, datasets), by name."""

    def __init__(self, sort: str) -> None:
        self.sort = sort
        self._kinds: dict[str, K] = {}

    def keep(self, kind: K) -> None:
        """Take up an entry."""
        self._kinds[kind.name] = kind

    def joined(self, kinds: Iterable[K]) -> Self:
        """A table with these entries beside its own, which stays as it is."""
        both = type(self)(self.sort)
        for kind in (*self, *kinds):
            both.keep(kind)
        return both

    def __getitem__(self, name: str) -> K:
        return self._kinds[name]

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[K]:
        return iter(self._kinds.values())

    def kind(self, name: str, *, where: str) -> K:
        """The entry of that name; raises `BuildError` that proposes the nearest ones."""
        if name not in self._kinds:
            import difflib

            near = difflib.get_close_matches(name, self._kinds, n=3, cutoff=0.4)
            raise BuildError(
                N_("there is no {sort} “{name}”"),
                where=where,
                mend=N_("take one of: {known}"),
                sort=self.sort,
                name=name,
                known=", ".join(near or self._kinds),
            )
        return self._kinds[name]


class Catalogue(Table[Kind[Made]], Generic[Made]):
    """A table whose entries are made with nothing but their settings and what is given."""

    def add(self, group: str = "", *, given: tuple[str, ...] = ()) -> Callable[[Maker], Maker]:
        """Decorator: the name, signature and docstring of a function or class become an entry."""

        def register(make: Maker) -> Maker:
            summary, formulas = described(make)
            name, form = make.__name__, form_of(make, given)
            self.keep(Kind(name, group, make, form, summary, given, formulas))
            return make

        return register

    def made(
        self, name: str, settings: Mapping[str, Setting], *, where: str, **given: object
    ) -> Made:
        """Call the entry's function with checked settings and what only the caller knows."""
        kind = self.kind(name, where=where)
        return kind.make(**given, **kind.checked(settings, where=where))


def complaint_about(error: msgspec.ValidationError) -> tuple[str, dict[str, Any]]:
    """What is wrong with a setting, as a template, and what fills it in but for ``kind``."""
    said, _, path = str(error).partition(" - at `")
    fields: dict[str, Any] = {"path": path.rstrip("`").removeprefix("$")}
    for pattern, words in _WORDS:
        if match := re.fullmatch(pattern, said):
            return words, {**fields, **match.groupdict()}
    return N_("{kind}{path}: {said}"), {**fields, "said": said[:1].lower() + said[1:]}


def described(make: Callable[..., object]) -> tuple[str, tuple[str, ...]]:
    """The first paragraph of a docstring as one line, and the lines that follow it."""
    first, _, rest = inspect.cleandoc(make.__doc__ or "").partition("\n\n")
    return " ".join(first.split()), tuple(line for line in rest.splitlines() if line)


def form_of(make: Callable[..., object], given: tuple[str, ...]) -> type[msgspec.Struct]:
    """The settings of an entry: what its function, or class, is called with, but for what is
    ``given``. Raises `TypeError` for an argument that has neither a type nor a default.
    """
    called = make.__init__ if isinstance(make, type) else make  # type: ignore[misc]
    hints = typing.get_type_hints(called, include_extras=True)
    fields: list[tuple[str, type] | tuple[str, type, object]] = []
    for name, parameter in inspect.signature(make).parameters.items():
        if name in given or parameter.kind in _ANY_NUMBER:
            continue
        default = parameter.default
        if name not in hints and default in (parameter.empty, None):
            raise TypeError(f"“{name}” has no type")
        hint = _counted(hints.get(name, type(default)))
        if default is parameter.empty:
            fields.append((name, hint))
        elif isinstance(default, list | dict | set):
            fields.append((name, hint, msgspec.field(default_factory=partial(copy, default))))
        else:
            fields.append((name, hint, default))
    return msgspec.defstruct(
        make.__name__, fields, forbid_unknown_fields=True, frozen=True, kw_only=True
    )


def _counted(hint: Any) -> Any:
    """The type with ``tuple[T, T]`` as a tuple of T with two parts.

    msgspec 0.22 crashes when Python collects garbage after it has read a tuple of fixed length
    whose parts have bounds, inside of a union.
    """
    parts = typing.get_args(hint)
    if typing.get_origin(hint) is tuple and Ellipsis not in parts and parts:
        bounds = msgspec.Meta(min_length=len(parts), max_length=len(parts))
        return Annotated[types.GenericAlias(tuple, (reduce(or_, parts), ...)), bounds]
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is Union:
        return reduce(or_, map(_counted, parts))
    return hint
