"""Sums of many terms, written with the largest of them."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from gradviz.explain.arithmetic import digits
from gradviz.explain.formulas.case import Worked
from gradviz.i18n import gettext as _

MOST = 3
"""How many terms of a long sum are written."""


def products(
    formula: str, left: Tensor, right: Tensor, *, plus: Tensor | None = None
) -> Worked | None:
    """Σ left · right, and what is added to it."""
    if left.shape != right.shape:
        return None
    first, second = left.detach().double().flatten(), right.detach().double().flatten()
    terms = first * second
    texts = [f"{digits(one)} · {inside(two)}" for one, two in _largest_pairs(first, second, terms)]
    return total(formula, texts, terms, plus=plus)


def numbers_of(formula: str, terms: Tensor) -> Worked:
    """Σ terms."""
    flat = terms.detach().double().flatten()
    return total(formula, [digits(float(flat[place])) for place in _places(flat)], flat)


def total(
    formula: str, texts: Sequence[str], terms: Tensor, *, plus: Tensor | None = None
) -> Worked:
    """The sum of ``terms``, of which ``texts`` are the largest."""
    computed, scale = float(terms.sum()), float(terms.abs().sum())
    parts = [texts[0] if texts else "0", *(added(text) for text in texts[1:])]
    if terms.numel() > len(texts) > 0:
        told = _("{count} more").format(count=terms.numel() - len(texts))
        parts.append(f" + … {told}")
    if plus is not None:
        computed, scale = computed + float(plus), scale + abs(float(plus))
        parts.append(added(digits(float(plus))))
    return Worked(formula, "".join(parts), computed, scale)


def added(text: str) -> str:
    """A term behind another: a minus sign takes the place of the plus."""
    return f" − {text[1:]}" if text.startswith("−") else f" + {text}"


def inside(value: float) -> str:
    """A factor: in brackets if it is negative."""
    text = digits(value)
    return f"({text})" if text.startswith("−") else text


def indices(*places: int | str) -> str:
    """``[0, k]``, and nothing for a number by itself."""
    return f"[{', '.join(map(str, places))}]" if places else ""


def _largest_pairs(first: Tensor, second: Tensor, terms: Tensor) -> list[tuple[float, float]]:
    return [(float(first[place]), float(second[place])) for place in _places(terms)]


def _places(terms: Tensor) -> list[int]:
    """The places of the terms to write: all of a short sum, else the largest, in their order."""
    if terms.numel() <= MOST + 1:
        return list(range(terms.numel()))
    return sorted(terms.abs().topk(MOST).indices.tolist())
