"""All that a step could move, and what it cannot: parameters, buffers, plain tensors, strays.

Values, gradients and states are those of the cursor. Who owns a tensor, and which group of the
optimizer has it, is asked of the model and the optimizer themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from torch import Tensor, nn, optim

from gradviz.arguments import check_type
from gradviz.engine.session.session import Session
from gradviz.errors import TraceError
from gradviz.trace.events import ParamUpdated
from gradviz.trace.summary import Summary, summarize
from gradviz.trace.trace import Trace

Kind: TypeAlias = Literal["parameter", "buffer", "tensor", "hidden", "leaf", "left"]
"""A parameter of the model; a buffer; a plain tensor that a module holds; a parameter that a plain
list, tuple or dict hides from ``parameters()``; a leaf that gets a gradient and that no module
holds; one that only the optimizer still holds.
"""
KINDS: tuple[Kind, ...] = ("parameter", "buffer", "tensor", "hidden", "leaf", "left")


class Member(Struct, frozen=True, kw_only=True):
    """One tensor at the cursor.

    ``value`` is None if it is not known, ``grad`` if there is none; ``lost`` tells that the store
    dropped one of them. ``update`` is ‖Δ‖ of its last step up to the cursor, and ``ratio`` that
    by ‖value before‖. ``group`` is the number of the optimizer's group that has it, None if none
    has; ``shared`` are its other names.
    """

    name: str
    kind: Kind
    shape: tuple[int, ...] = ()
    dtype: str = ""
    value: Summary | None = None
    grad: Summary | None = None
    lost: bool = False
    requires_grad: bool = False
    group: int | None = None
    lr: float | None = None
    state: dict[str, Summary | float | None] = {}
    update: float | None = None
    ratio: float | None = None
    shared: tuple[str, ...] = ()


def parameters(session: Session) -> tuple[Member, ...]:
    """Every parameter of the model at the cursor, and after them what is none; see `Member`.

    A plain tensor that no event of the trace names is shown as it is now.
    """
    check_type(session, Session, where="session")
    table = _Table(session)
    rows = [table.member(name, kind, each) for name, kind, each in _live(session)]
    rows += [table.member(name, "leaf", None) for name in table.strays]
    return tuple(sorted(rows, key=lambda row: KINDS.index(row.kind)))


class _Table:
    """What the rows are made of."""

    def __init__(self, session: Session) -> None:
        self._state, self._end = session.state, session.trace.at(len(session.trace.events) - 1)
        self._trace = session.trace
        self._groups = _groups(session.loop.optimizer)
        self._names: dict[int, list[str]] = {}
        owned = session.model.named_parameters(remove_duplicate=False)
        for name, each in owned:
            self._names.setdefault(id(each), []).append(name)
        self._updates = _updates(session.trace, session.index)
        firsts = {names[0] for names in self._names.values()}
        self.strays = [name for name in self._end.params if name not in firsts]

    def member(self, name: str, kind: Kind, live: Tensor | None) -> Member:
        """The row of a tensor; the live one is asked for what no event tells."""
        recorded = name
        if live is not None and kind not in ("parameter", "buffer"):
            recorded = self._stray(live)
        values = self._state.buffers if kind == "buffer" else self._state.params
        value, value_lost = _told(lambda: values.get(recorded))
        grad, grad_lost = _told(lambda: self._state.grads.get(recorded))
        if value is None and not value_lost and kind in ("tensor", "hidden", "left"):
            value = live
        shaped = live if live is not None else value
        number, lr = self._groups.get(id(live), (None, None))
        update, ratio = self._updates.get(recorded, (None, None))
        return Member(
            name=name,
            kind=kind,
            shape=() if shaped is None else tuple(shaped.shape),
            dtype="" if shaped is None else str(shaped.dtype).removeprefix("torch."),
            value=_summary(value),
            grad=_summary(grad),
            lost=value_lost or grad_lost,
            requires_grad=kind == "leaf" if live is None else live.requires_grad,
            group=number,
            lr=lr,
            state=self._kept(recorded),
            update=update,
            ratio=ratio,
            shared=tuple(each for each in self._names.get(id(live), ()) if each != name),
        )

    def _stray(self, live: Tensor) -> str:
        """The name by which the trace knows a tensor that no module owns: that of a leaf which
        ends with its very numbers.
        """
        for name in self.strays:
            end, _ = _told(partial(self._end.params.__getitem__, name))
            if end is not None and end.shape == live.shape and end.equal(live.detach().to(end)):
                self.strays.remove(name)
                return name
        return ""

    def _kept(self, name: str) -> dict[str, Summary | float | None]:
        kept: dict[str, Summary | float | None] = {}
        state, _ = _told(lambda: self._state.optimizer.get(name))
        for key, held in (state or {}).items():
            kept[key] = _summary(held) if isinstance(held, Tensor) and held.ndim else held
            if isinstance(held, Tensor) and not held.ndim:
                kept[key] = float(held)
        return kept


def _live(session: Session) -> Iterator[tuple[str, Kind, Tensor]]:
    """All tensors that model and optimizer hold, each once, with their names."""
    model, seen = session.model, set()
    found: list[tuple[str, Kind, Tensor]] = []
    found += [(name, "parameter", each) for name, each in model.named_parameters()]
    found += [(name, "buffer", each) for name, each in model.named_buffers()]
    found += _held(model)
    for number, group in enumerate(session.loop.optimizer.param_groups):
        for place, each in enumerate(group["params"]):
            found.append((f"optimizer[{number}].params[{place}]", "left", each))
    for name, kind, each in found:
        if id(each) not in seen:
            seen.add(id(each))
            yield name, kind, each


def _held(model: nn.Module) -> Iterator[tuple[str, Kind, Tensor]]:
    """Tensors, and what plain containers hold of modules and parameters, in attributes."""
    for path, module in model.named_modules():
        for key, value in vars(module).items():
            if key.startswith("_"):
                continue
            name = f"{path}.{key}" if path else key
            for inner, each in _inside(name, value):
                if isinstance(each, nn.Module):
                    for own, parameter in each.named_parameters():
                        yield f"{inner}.{own}", "hidden", parameter
                elif isinstance(each, Tensor):
                    yield inner, "hidden" if isinstance(each, nn.Parameter) else "tensor", each


def _inside(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _inside(f"{name}[{place}]", each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _inside(f"{name}[{key!r}]", each)
    else:
        yield name, value


def _groups(optimizer: optim.Optimizer) -> Mapping[int, tuple[int, float | None]]:
    """Number and learning rate of the group of each tensor that the optimizer has."""
    return {
        id(each): (number, None if group.get("lr") is None else float(group["lr"]))
        for number, group in enumerate(optimizer.param_groups)
        for each in group["params"]
    }


def _updates(trace: Trace, index: int) -> dict[str, tuple[float | None, float | None]]:
    """How far each was moved last, up to the cursor, and by which part of itself."""
    last = {
        event.param: event
        for event in trace.events[: index + 1]
        if isinstance(event, ParamUpdated) and event.optimizer
    }
    return {name: _moved(trace, event) for name, event in last.items()}


def _moved(trace: Trace, event: ParamUpdated) -> tuple[float | None, float | None]:
    try:
        before, after = trace.peek(event.before), trace.peek(event.after)
    except TraceError:
        return None, None
    if before.is_complex() or before.shape != after.shape:
        return None, None
    update = (after.double() - before.double()).norm().item()
    size = before.double().norm().item()
    return update, update / size if size else None


def _told(tell: Callable[[], Any]) -> tuple[Any, bool]:
    """What it tells, or None and that the store dropped it."""
    try:
        return tell(), False
    except TraceError:
        return None, True


def _summary(tensor: Tensor | None) -> Summary | None:
    try:
        return None if tensor is None else summarize(tensor.detach())
    except TraceError:  # one without numbers
        return None
