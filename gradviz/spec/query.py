"""What is looked for in a graph, as frozen data: ``relu``, ``64x3x7x7``, ``nan``, ``norm > 1``.

Words are looked for in every text of a node: its name, its op, torch's name, its module call, its
shape; ``op: relu`` looks in one. A state (``nan``, ``frozen``, ``no grad``) and a shape are known
by how they look. What compares is a condition of `gradviz.spec.expression`. ``and``, a comma and
nothing at all ask for both, ``or`` for one of them, ``not`` for the contrary; what stands in quotes
is a word as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from gradviz.arguments import check_type
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.spec.expression import MAX_LENGTH, Expression, parse

State: TypeAlias = Literal[
    "nan", "inf", "zero", "none", "frozen", "unused", "cut", "shared", "view", "leaf"
]
STATES: dict[State, tuple[str, ...]] = {
    "nan": (N_("nan"), N_("gradient is nan"), "grad is nan", "grad nan"),
    "inf": (N_("inf"), N_("gradient is inf"), "grad is inf", "grad inf", "infinite"),
    "zero": (N_("zero"), N_("gradient is zero"), "grad is zero", "gradient is 0", "grad is 0"),
    "none": (N_("no grad"), N_("no gradient"), "none", "grad none", "grad is none",
             "gradient is none"),
    "frozen": (N_("frozen"), "requires_grad=false", "requires_grad = false"),
    "unused": (N_("unused"),),
    "cut": (N_("cut"), N_("cut off")),
    "shared": (N_("shared"),),
    "view": (N_("view"),),
    "leaf": (N_("leaf"), N_("leaves"), N_("parameter"), N_("parameters")),
}  # fmt: skip
"""What can be true of a node, and how it is written; in the language in use too."""

EXACT: frozenset[State] = frozenset({"nan", "inf"})
"""States whose word is not looked for in texts too: ``inf`` is in ``info``."""

KEYS = ("name", "op", "node", "module", "param", "shape", "dtype")


class Part(Struct, frozen=True):
    """One thing that must be true, or with ``negated`` must not.

    Any one of these: ``words`` that are all in a text, of ``key`` if that is given; a ``state``; a
    run of sizes in a ``shape`` (None is any size), which is the whole one if ``whole``; a
    ``condition``.
    """

    text: str
    words: tuple[str, ...] = ()
    key: str = ""
    state: State | None = None
    shape: tuple[int | None, ...] | None = None
    whole: bool = False
    condition: Expression | None = None
    negated: bool = False


class Query(Struct, frozen=True):
    """``choices`` of which one must hold, each of parts that must all hold."""

    text: str
    choices: tuple[tuple[Part, ...], ...]


_QUOTED = r'"[^"]*"|\'[^\']*\'|“[^”]*”'
_TOKEN = re.compile(rf"{_QUOTED}|[^\s,()\[\]\"'“]+|.", re.DOTALL)
_WORD = re.compile(rf"{_QUOTED}|[^\s\"'“]+")
_KEY = re.compile(r"([A-Za-z_]+)\s*:(?!:)\s*(.*)", re.DOTALL)
_RUN = re.compile(r"(?:\d+|[*?])(?:\s*[x×]\s*(?:\d+|[*?]))+", re.IGNORECASE)
_SIZES = re.compile(r"[(\[]\s*(?:(?:\d+|[*?])\s*(?:,\s*|(?=[)\]])))*[)\]]")
_COMPARES = re.compile(r"[<>=!]|\b(?:not\s+)?in\s*[(\[\"']|^(?:not\s+)?[\w.]+\(")


def query(text: str) -> Query:
    """Read what is looked for. Raises `UsageError`, or `ExpressionError` for a condition."""
    check_type(text, str, where="find", mend=N_("give a text such as relu or norm > 1"))
    text = " ".join(text.split())
    if not text:
        raise UsageError(
            N_("there is nothing to look for"),
            where="find",
            mend=N_("write a name, an op, a shape such as 64x3, nan, or norm > 1"),
        )
    if len(text) > MAX_LENGTH:
        raise UsageError(
            N_("a query of {length} characters is too long"),
            where="find",
            mend=N_("use up to {limit}"),
            length=len(text),
            limit=MAX_LENGTH,
        )
    choices = [
        tuple(_part(piece) for piece in _split(choice, ("and", ",")))
        for choice in _split(text, ("or",))
    ]
    return Query(text, tuple(choices))


def _split(text: str, marks: tuple[str, ...]) -> Iterator[str]:
    """The pieces between the marks that stand outside of quotes and brackets."""
    depth, piece, found = 0, "", []
    for token in _TOKEN.findall(text):
        depth += (token in "([") - (token in ")]") if len(token) == 1 else 0
        if depth <= 0 and token.casefold() in marks:
            found.append(piece)
            piece = ""
        else:
            piece += token
    for each in (*found, piece):
        if not each.strip():
            raise UsageError(
                N_("“{text}” lacks something before or after “{mark}”"),
                where="find",
                mend=N_("write a word, or put the mark in quotes to look for itself"),
                text=text.strip(),
                mark=" / ".join(marks),
            )
        yield each.strip()


def _part(text: str) -> Part:
    state = _state(text)
    if state is not None:
        return state
    if _COMPARES.search(re.sub(_QUOTED, '""', text)):
        return Part(text, condition=parse(text.replace("“", '"').replace("”", '"'), "node"))
    first, _space, rest = text.partition(" ")
    if first.casefold() == "not" and rest:
        part = _part(rest)
        return Part(
            text, part.words, part.key, part.state, part.shape, part.whole, part.condition,
            not part.negated,
        )  # fmt: skip
    named = _KEY.fullmatch(text)
    if named:
        return _keyed(text, named[1].casefold(), named[2])
    return _shape(text, text) or Part(text, _words(text))


def _keyed(text: str, key: str, rest: str) -> Part:
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, n=3, cutoff=0.5)
        raise UsageError(
            N_("a node has no “{key}”"),
            where=text,
            mend=N_("take one of {known}, or put the text in quotes"),
            key=key,
            known=", ".join(near or KEYS),
        )
    if not rest.strip():
        raise UsageError(
            N_("nothing stands behind “{key}:”"), where=text, mend=N_("write op: relu"), key=key
        )
    if key == "shape":
        return _shape(text, rest) or Part(text, _words(rest), key)
    return Part(text, _words(rest), key)


def _shape(text: str, sizes: str) -> Part | None:
    """``64x3`` as a run of sizes, ``(64, 3)`` as a whole shape; ``*`` is any size."""
    whole = _SIZES.fullmatch(sizes) is not None
    if not whole and not _RUN.fullmatch(sizes):
        return None
    found = re.findall(r"\d+|[*?]", sizes)
    if any(len(size) > 18 for size in found):
        return None
    shape = tuple(int(size) if size.isdigit() else None for size in found)
    return Part(text, shape=shape, whole=whole)


def _state(text: str) -> Part | None:
    wanted = text.casefold()
    for state, phrases in STATES.items():
        for phrase in phrases:
            if wanted in (phrase, _(phrase).casefold()):
                words = () if state in EXACT else _words(text)
                return Part(text, words, state=state)
    return None


def _words(text: str) -> tuple[str, ...]:
    """The words, in small letters; one in quotes is one word, spaces and all."""
    words = (word.strip("\"'“”") if word[0] in "\"'“" else word for word in _WORD.findall(text))
    return tuple(word.casefold() for word in words if word)
