"""What a function of a Python file takes, as its text says; nothing runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.pythonmodule import making_of

PLAIN = {"bool", "int", "float", "str", "None", "Optional", "Union"}
"""Words of an annotation that together speak of no tensor."""
GROUPS = {"list", "tuple", "dict", "sequence", "mapping", "iterable", "set"}
"""Words that begin the annotation of several things in one."""


class Parameter(Struct, frozen=True):
    """One argument; ``annotation`` and ``default`` are its text, empty if there is none."""

    name: str
    annotation: str = ""
    default: str = ""
    keyword: bool = False

    @property
    def text(self) -> str:
        """``depth: int = 3``."""
        typed = f": {self.annotation}" if self.annotation else ""
        equals = " = " if typed else "="
        return f"{self.name}{typed}{equals}{self.default}" if self.default else self.name + typed

    @property
    def is_tensor(self) -> bool:
        """Whether a tensor may be given for it, by its annotation and its default."""
        words = re.findall(r"[A-Za-z_]\w*", self.annotation)
        if words and (words[0].lower() in GROUPS or set(words) <= PLAIN):
            return False
        return "Tensor" in words or self.default in ("", "None")


class Signature(Struct, frozen=True):
    """The arguments but ``self``; ``open`` says that there are others, or that none are known."""

    parameters: tuple[Parameter, ...] = ()
    open: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """The names of those without a default."""
        return tuple(each.name for each in self.parameters if not each.default)

    @property
    def text(self) -> str:
        """``depth: int, width=64``."""
        return ", ".join(each.text for each in self.parameters)

    @property
    def tensors(self) -> tuple[Parameter, ...]:
        """Those that are tensors, as a model is called with them: by position."""
        found: list[Parameter] = []
        for each in self.parameters:
            if each.keyword or not each.is_tensor:
                break
            found.append(each)
        return tuple(found)

    @property
    def barrier(self) -> str:
        """The name of one that must be given and is no tensor, if there is one."""
        known = {each.name for each in self.tensors}
        return next((name for name in self.required if name not in known), "")


class GapError(UsageError):
    """A call in which a value is still to be written."""


UNKNOWN = Signature(open=True)


def signature_of(function: ast.FunctionDef | ast.AsyncFunctionDef, *, method: bool) -> Signature:
    """The arguments of a function, or without the first of them of a method."""
    taken = function.args
    places = [*taken.posonlyargs, *taken.args]
    padding = [None] * (len(places) - len(taken.defaults))
    pairs: list[tuple[ast.arg, ast.expr | None, bool]] = [
        (each, value, False)
        for each, value in zip(places, [*padding, *taken.defaults], strict=True)
    ][1 if method else 0 :]
    pairs += [
        (each, value, True) for each, value in zip(taken.kwonlyargs, taken.kw_defaults, strict=True)
    ]
    parameters = tuple(
        Parameter(each.arg, _text(each.annotation), _text(value), keyword)
        for each, value, keyword in pairs
    )
    return Signature(parameters, taken.vararg is not None or taken.kwarg is not None)


def call_of(name: str, signature: Signature) -> str:
    """``Net(depth=, width=)``: the call with a gap for each argument that must be given."""
    return f"{name}({', '.join(f'{each}=' for each in signature.required)})"


def check_call(text: str, name: str, signature: Signature) -> None:
    """Raise `UsageError`, or `ProjectError`, for a call that the signature does not take: with a
    gap that was not filled, too many arguments, or unknown ones. That of another name is not known.
    """
    gap = next(iter(_gaps(text)), None)
    if gap is not None:
        typed = next((each.text for each in signature.parameters if each.name == gap), gap)
        call = f"{name}({signature.text})"
        raise GapError(N_("fill in {name} of {call}"), name=typed, call=call)
    making = making_of(text, where="")
    if making.names != (name,) or (signature.open and not signature.parameters):
        return
    known = [each.name for each in signature.parameters]
    by_place = [each.name for each in signature.parameters if not each.keyword]
    given = [*by_place[: len(making.arguments)], *(key for key, _value in making.keywords)]
    missing = [each for each in signature.required if each not in given]
    if missing:
        raise UsageError(
            N_("“{name}” is missing"),
            mend=N_("write {call}"),
            name=missing[0],
            call=f"{missing[0]}=…",
        )
    unknown = [key for key, _value in making.keywords if key not in known]
    extra = len(making.arguments) > len(by_place)
    if not signature.open and (unknown or extra):
        raise UsageError(
            N_("there is no argument “{name}”"),
            mend=N_("take those of {call}"),
            name=unknown[0] if unknown else str(making.arguments[len(by_place)]),
            call=f"{name}({', '.join(known)})",
        )


def _gaps(text: str) -> Iterator[str]:
    """The keywords in a call that nothing is given for."""
    inside = text.strip().partition("(")[2].removesuffix(")")
    for part in inside.split(","):
        key, equals, value = part.partition("=")
        if equals and not value.strip() and key.strip().isidentifier():
            yield key.strip()


def _text(node: ast.expr | None) -> str:
    return "" if node is None else ast.unparse(node)
