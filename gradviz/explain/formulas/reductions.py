"""Ops that make one number of many: sums, means, the softmax, the losses, pooling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torch import Tensor

from gradviz.explain.arithmetic import digits
from gradviz.explain.formulas.case import Case, Formula, Setting, Worked
from gradviz.explain.formulas.sums import MOST, indices, numbers_of, total


def summed(case: Case) -> Worked | None:
    """A sum over some dimensions."""
    return numbers_of("Σ a", _reduced(case))


def mean(case: Case) -> Worked | None:
    """A mean over some dimensions."""
    return _mean("a", _reduced(case))


def mse_loss(case: Case) -> Worked | None:
    """The mean of the squared differences; their sum, or each, with another reduction."""
    guess, target = (tensor.detach().double() for tensor in case.inputs[:2])
    if guess.shape != target.shape or case.output.ndim:
        return None
    squares = (guess - target).square()
    if case.settings["reduction"] == "sum":
        return numbers_of("Σ (a − b)²", squares)
    return _mean("(a − b)²", squares)


def softmax(case: Case) -> Worked | None:
    """exp of an element, as a share of the sum over its row."""
    row, own = _row(case)
    powers = (row - row.max()).exp()
    share = float(powers[own] / powers.sum())
    return Worked(
        "exp(a) / Σ exp(a)", f"exp({digits(float(row[own]))}) / {_powers(row)}", share, abs(share)
    )


def log_softmax(case: Case) -> Worked | None:
    """An element less the logarithm of the sum of exp over its row."""
    row, own = _row(case)
    whole = row.logsumexp(0)
    computed = float(row[own] - whole)
    numbers = f"{digits(float(row[own]))} − log({_powers(row)})"
    return Worked("a − log Σ exp(a)", numbers, computed, abs(float(row[own])) + abs(float(whole)))


def nll_loss(case: Case) -> Worked | None:
    """The mean of minus the log-probabilities of the targets."""
    return _of_targets("−logp[target]", case, case.inputs[0].detach().double())


def cross_entropy(case: Case) -> Worked | None:
    """The same of the log-softmax of the logits."""
    logits = case.inputs[0].detach().double()
    return _of_targets("−log softmax(a)[target]", case, logits.log_softmax(-1))


def max_pool2d(case: Case) -> Worked | None:
    """The largest of a window."""
    (x,) = case.inputs
    sizes = [_size(case, name, axis) for name in ("kernel_size", "stride") for axis in (0, 1)]
    padding = [_size(case, "padding", axis) for axis in (0, 1)]
    *lead, row, column = case.at
    image, spans = x[tuple(lead)], []
    for place, size, step, pad in zip((row, column), sizes[:2], sizes[2:], padding, strict=True):
        start = place * step - pad
        spans.append(slice(max(start, 0), start + size))
    window = image[tuple(spans)].detach().double().flatten()
    if not window.numel():
        return None
    told = sorted(window.tolist(), reverse=True)
    numbers = ", ".join(digits(each) for each in told[:4]) + (", …" if len(told) > 4 else "")
    computed = float(window.max())
    return Worked(f"max window{indices(*case.at)}", f"max({numbers})", computed, abs(computed))


def over(case: Case) -> Iterator[Mapping[str, Setting]]:
    """Dimensions that may have been reduced: by the shapes all of them, one, or the last two."""
    shape = case.inputs[0].shape
    every = tuple(range(len(shape)))
    if case.output.numel() == 1:
        yield {"dims": every}
        return
    for dims in (*((dim,) for dim in every), every[-2:]):
        rest = tuple(size for dim, size in enumerate(shape) if dim not in dims)
        kept = tuple(1 if dim in dims else size for dim, size in enumerate(shape))
        if case.output.shape in (rest, kept):
            yield {"dims": dims}


def along(case: Case) -> Iterator[Mapping[str, Setting]]:
    """Dimensions along which a softmax may have been, the last one first."""
    if case.inputs[0].shape == case.output.shape and case.output.ndim:
        yield from ({"dim": dim} for dim in reversed(range(case.output.ndim)))


def reductions(_case: Case) -> Iterator[Mapping[str, Setting]]:
    """How a loss may have been reduced."""
    yield {"reduction": "mean"}
    yield {"reduction": "sum"}


def windows(case: Case) -> Iterator[Mapping[str, Setting]]:
    """What the module says; without one, windows that lie side by side."""
    settings = case.settings
    plain = settings.get("dilation", 1) in (1, (1, 1)) and not settings.get("ceil_mode")
    if "kernel_size" in settings:
        if plain:
            yield {"stride": settings["kernel_size"], "padding": 0, **settings}
    elif case.inputs[0].ndim > 2 and all(case.output.shape[-2:]):
        ways = zip(case.inputs[0].shape[-2:], case.output.shape[-2:], strict=True)
        size = tuple(before // after for before, after in ways)
        yield {"kernel_size": size, "stride": size, "padding": 0}


def _reduced(case: Case) -> Tensor:
    x, dims = case.inputs[0], case.settings["dims"]
    assert isinstance(dims, tuple)
    if len(dims) == x.ndim:
        return x
    own = iter(case.at)
    if case.output.ndim == x.ndim:
        own = (place for dim, place in enumerate(case.at) if dim not in dims)
    return x[tuple(slice(None) if dim in dims else next(own) for dim in range(x.ndim))]


def _mean(what: str, terms: Tensor) -> Worked | None:
    count = terms.numel()
    if not count:
        return None
    whole = numbers_of(f"Σ {what} / n", terms)
    numbers = f"({whole.numbers}) / {count}"
    return Worked(whole.formula, numbers, whole.computed / count, whole.scale / count)


def _row(case: Case) -> tuple[Tensor, int]:
    dim = case.settings["dim"]
    assert isinstance(dim, int)
    at: list[int | slice] = list(case.at)
    at[dim] = slice(None)
    return case.inputs[0][tuple(at)].detach().double(), case.at[dim]


def _powers(row: Tensor) -> str:
    """``(exp(2) + exp(1) + … 8 more)``, the largest first."""
    written = row.numel() if row.numel() <= MOST + 1 else MOST
    texts = [f"exp({digits(each)})" for each in row.topk(written).values.tolist()]
    return f"({total('', texts, row).numbers})"


def _of_targets(what: str, case: Case, logs: Tensor) -> Worked | None:
    target = case.inputs[1]
    if logs.ndim != 2 or target.ndim != 1 or target.is_floating_point() or case.output.ndim:
        return None
    if len(case.inputs) > 2 or not ((target >= 0) & (target < logs.shape[1])).all():
        return None  # weights of classes, or targets that are ignored
    losses = -logs.gather(1, target[:, None])
    if case.settings["reduction"] == "sum":
        return numbers_of(f"Σ {what}", losses)
    return _mean(what, losses)


def _size(case: Case, name: str, axis: int) -> int:
    size = case.settings[name]
    chosen = size[axis] if isinstance(size, tuple) else size
    return int(chosen)


FORMULAS = {
    "sum": Formula(summed, over),
    "mean": Formula(mean, over),
    "softmax": Formula(softmax, along),
    "log_softmax": Formula(log_softmax, along),
    "mse_loss": Formula(mse_loss, reductions),
    "nll_loss": Formula(nll_loss, reductions),
    "cross_entropy": Formula(cross_entropy, reductions),
    "max_pool2d": Formula(max_pool2d, windows),
}
