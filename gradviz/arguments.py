"""What a function of ours is given: told at once if it is of another kind, or out of bounds."""

from __future__ import annotations

import operator
from collections.abc import Callable

from gradviz.errors import WrongTypeError, WrongValueError
from gradviz.i18n import N_


def check_type(
    value: object, kind: type | tuple[type, ...], *, where: str, mend: str = "", **fields: object
) -> None:
    """Raise `WrongTypeError` unless the value is of the kind; ``None`` may be one of several."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if isinstance(value, kinds):
        return
    wants = " / ".join(each.__name__ for each in kinds if each is not type(None))
    if isinstance(value, type) and issubclass(value, kinds):
        mend, fields = N_("make one first: {name}(…)"), {"name": value.__name__}
    raise _wrong(value, wants, where=where, mend=mend, **fields)


def check_callable(value: object, *, where: str, instead: type, mend: str = "") -> None:
    """Raise `WrongTypeError` unless the value can be called; a class stands for what it makes,
    which is not the same, so ``instead`` says of which kinds one must be made first.
    """
    if isinstance(value, type) and issubclass(value, instead):
        mend = N_("make one first: {name}(…)")
        raise _wrong(value, "function", where=where, mend=mend, name=value.__name__)
    if not isinstance(value, Callable):  # type: ignore[arg-type]
        raise _wrong(value, "function", where=where, mend=mend)


def whole(
    value: object,
    *,
    where: str,
    least: int | None = None,
    most: int | None = None,
    mend: str = "",
) -> int:
    """The value as an int, also one of NumPy or torch. Raises `WrongTypeError` for what is no whole
    number, `WrongValueError` for one that is out of bounds.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise _wrong(value, "int", where=where, mend=mend) from None
    if (least is not None and number < least) or (most is not None and number > most):
        raise WrongValueError(
            N_("{number} is out of bounds"),
            where=where,
            mend=N_("take a whole number from {least} to {most}")
            if most is not None
            else N_("take a whole number from {least} on"),
            number=number,
            least=least,
            most=most,
        )
    return number


def described(value: object) -> str:
    """A value as an error shows it: short texts and numbers as they are, else what it is."""
    if value is None or isinstance(value, bool | int | float | str):
        text = repr(value)
        return text if len(text) <= 40 else f"{text[:39]}…"
    return f"class {value.__name__}" if isinstance(value, type) else type(value).__name__


def _wrong(value: object, wants: str, *, where: str, mend: str, **fields: object) -> WrongTypeError:
    return WrongTypeError(
        N_("got {got} instead of {wants}"),
        where=where,
        mend=mend,
        got=described(value),
        wants=wants,
        **fields,
    )
