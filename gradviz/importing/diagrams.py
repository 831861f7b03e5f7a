"""A module's call as a diagram: a block for each layer and op, a composite for each module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import torch
from msgspec.structs import replace
from torch import Tensor, nn

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.expressions import check
from gradviz.editing.naming import free_name, stem_of
from gradviz.errors import GradvizError
from gradviz.importing.constants import constant_of
from gradviz.importing.drafts import Draft, UnsaidError
from gradviz.importing.frames import Called, Fixed, Frame, In, Op, Out, Owned, Ref
from gradviz.importing.layers import Layer
from gradviz.importing.names import (
    block_name,
    given_by_name,
    identifier,
    input_names,
    is_container,
    output_names,
    title_of,
    usual,
)
from gradviz.importing.nodes import Node, Part, Place, Source, is_ref, refs_in
from gradviz.importing.owned import tensors_of
from gradviz.importing.pythons import Wrapped
from gradviz.importing.readers.catalogue import plain_name, said
from gradviz.importing.repeats import key_of, repeat
from gradviz.importing.states import without_start
from gradviz.importing.structure import values_in
from gradviz.importing.texts import written
from gradviz.importing.ties import tie
from gradviz.importing.words import NOTHING, OTHERWISE, SEVERAL, SHARED, UNLIKE, UNSAYABLE
from gradviz.spec.letters import letters
from gradviz.spec.model import Block, Wire


class Drawing:
    """Draws frames. ``python`` makes a block of a call that blocks cannot say."""

    def __init__(
        self,
        module: nn.Module,
        python: Callable[[Called, str], Wrapped],
    ) -> None:
        self.tensors = tensors_of(module)
        self.python = python

    def draft(self, frame: Frame, call: Called | None = None) -> Draft:
        """The diagram of a call. Raises `UnsaidError`."""
        if frame.troubles:
            raise UnsaidError(frame.troubles[0])
        return _Diagram(self, frame, call).drawn()


class _Diagram:
    """One diagram while it is drawn."""

    def __init__(self, drawing: Drawing, frame: Frame, call: Called | None) -> None:
        self._drawing = drawing
        self._frame = frame
        self._call = call
        self._draft = Draft(
            title_of(frame.module, frame.name),
            grad=call is None or (call.grad and not _never(frame)),
            container=is_container(frame.module),
        )
        self._wires: dict[Ref, str] = {}
        self._taken: set[str] = set()
        self._first: dict[int, str] = {}
        """The block that first called each module."""

    def drawn(self) -> Draft:
        """The whole. Raises `UnsaidError`."""
        frame = self._frame
        call = self._call or next(frame.calls())  # the outermost frame has one call, with its own
        given = call.args, call.kwargs
        names = input_names(frame.module, *given, len(frame.inputs))
        for i, name in enumerate(names):
            self._wires[In(i)] = self._block("Input", name=identifier(name, "x"))
        said = self._said()
        for number, step in enumerate(frame.steps):
            if isinstance(step, Called):
                self._called(step, number)
            elif number in said:
                self._op(step, number, said[number])
        results = [each for each in values_in(frame.result) if is_ref(each)]
        if not results:
            raise UnsaidError(NOTHING)
        for name, ref in zip(output_names(frame.result), results, strict=True):
            end = self._block("Output", name=identifier(name, "y"))
            self._draft.wires.append(Wire(self._wire(ref), end))
        repeat(self._draft)
        tie(self._draft, self._drawing.tensors)
        return self._draft

    def _called(self, call: Called, number: int) -> None:
        layer = call.layer
        name = self._name(call, layer)
        if layer is not None:
            self._layer(call, layer, name, number)
            return
        try:
            if call.frame is None:
                raise UnsaidError(UNLIKE)
            inner = self._drawing.draft(call.frame, call)
        except UnsaidError as unsaid:
            self._python(call, name, number, unsaid.why)
            return
        if self._is_again(call, key_of(inner)):
            inner = self._draft.inner[self._first[id(call.module)]]
        elif inner.container and self._inlined(inner, call, name, number):
            return
        ends = {
            kind: [b.name for b in inner.blocks if b.kind == kind] for kind in ("Input", "Output")
        }
        self._put(Block(name, inner.title), call)
        self._draft.inner[name] = inner
        fed = list(
            dict.fromkeys(each for each in values_in((call.args, call.kwargs)) if is_ref(each))
        )
        for port, ref in zip(ends["Input"], fed, strict=True):
            self._draft.wires.append(Wire(self._wire(ref), f"{name}.{port}"))
        for place, port in enumerate(ends["Output"]):
            self._wires[Out(number, place)] = f"{name}.{port}"

    def _inlined(self, inner: Draft, call: Called, name: str, number: int) -> bool:
        """A container with just one block is that block."""
        if len(inner.blocks) != 3 or len(inner.wires) != 2 or len(call.outputs) != 1:
            return False
        only = inner.blocks[1]
        self._taken.add(name)
        self._draft.blocks.append(replace(only, name=name))
        if only.name in inner.inner:
            self._draft.inner[name] = inner.inner[only.name]
        if only.name in inner.rows:
            self._draft.rows[name] = inner.rows[only.name]
        for key, of in inner.weights.items():
            self._draft.weights[f"{name}.{key.partition('.')[2]}"] = of
        ref = next(each for each in values_in((call.args, call.kwargs)) if is_ref(each))
        into = inner.wires[0].target.partition(".")[2]
        out = inner.wires[1].source.partition(".")[2]
        self._draft.wires.append(Wire(self._wire(ref), f"{name}.{into}" if into else name))
        self._wires[Out(number)] = f"{name}.{out}" if out else name
        return True

    def _layer(self, call: Called, layer: Layer, name: str, number: int) -> None:
        """A layer is its block if it is given the tensors that this takes, and nothing else."""
        kind = layer.kind
        args, kwargs = without_start(self._frame, call, kind.name)
        fed = [each for _, each in given_by_name(call.module, args, kwargs) if is_ref(each)]
        plain = usual(call.module, args, kwargs)
        ports = list(islice(letters(), len(fed))) if kind.variadic else kind.inputs
        if not plain or len(fed) != len(ports) or len(call.outputs) > len(kind.outputs):
            self._python(call, name, number, OTHERWISE)
            return
        block = Block(name, kind.name, layer.settings, frozen=layer.frozen, dtype=layer.dtype)
        self._put(block, call)
        for port, ref in zip(ports, fed, strict=True):
            to = name if len(ports) == 1 and not kind.variadic else f"{name}.{port}"
            self._draft.wires.append(Wire(self._wire(ref), to))
        for place in range(len(call.outputs)):
            port = kind.outputs[place]
            self._wires[Out(number, place)] = f"{name}.{port}" if place else name
        self._keep_weights(call, name)
        if not call.grad and self._draft.grad:
            self._detach(Out(number))

    def _python(self, call: Called, name: str, number: int, why: str) -> None:
        wrapped = self._drawing.python(call, why)
        self._put(Block(name, wrapped.kind), call)
        for port, ref in wrapped.fed:
            self._draft.wires.append(Wire(self._wire(ref), f"{name}.{port}"))
        for place, port in enumerate(wrapped.outputs):
            self._wires[Out(number, place)] = f"{name}.{port}"
        self._keep_weights(call, name)

    def _said(self) -> dict[int, tuple[Source, ...]]:
        """What each op is in blocks whose results something uses. Raises `UnsaidError`."""
        found: dict[int, tuple[Source, ...]] = {}
        wanted = {each for each in values_in(self._frame.result) if is_ref(each)}
        for number in range(len(self._frame.steps) - 1, -1, -1):
            step = self._frame.steps[number]
            used = [place for place in range(len(step.outputs)) if Out(number, place) in wanted]
            if isinstance(step, Called):
                wanted |= {each for each in values_in((step.args, step.kwargs)) if is_ref(each)}
            elif used and step.constant is None:
                entries = said(Place(self._frame, step)) or self._expression(step, used)
                found[number] = entries
                wanted |= {ref for place in used for ref in refs_in(entries[place])}
        return found

    def _op(self, op: Op, number: int, entries: tuple[Source, ...]) -> None:
        made: dict[int, str] = {}
        for place, entry in enumerate(entries):
            self._wires[Out(number, place)] = self._emit(entry, made)
            if not op.grad and self._draft.grad:
                self._detach(Out(number, place))

    def _expression(self, op: Op, used: list[int]) -> tuple[Source, ...]:
        """The op as it is written. Raises `UnsaidError`.

        Each result is an expression of its own. Gradients of two would be added up otherwise than
        in one op, so that only one may have them.
        """
        if sum(op.outputs[place].dtype.is_floating_point for place in used) > 1:
            raise UnsaidError(SEVERAL)
        found = written(op, self._frame)
        if found is None or not found[1]:
            raise UnsaidError(UNSAYABLE)
        text, refs = found
        try:
            check(text)
        except GradvizError:
            raise UnsaidError(UNSAYABLE) from None
        name = identifier(plain_name(op.name), "expression")
        several = isinstance(op.result, tuple | list | dict)
        texts = [f"{text}[{i}]" if several else text for i in range(len(op.outputs))]
        return tuple(Node("Expression", refs, {"expression": each}, name=name) for each in texts)

    def _emit(self, source: Any, made: dict[int, str]) -> str:
        """The wire that leads from a source, whose blocks are put down."""
        if is_ref(source):
            return self._wire(source)
        if isinstance(source, Part):
            name = self._emit(source.node, made).partition(".")[0]
            return f"{name}.{BLOCKS[source.node.kind].outputs[source.place]}"
        assert isinstance(source, Node)
        if id(source) in made:
            return made[id(source)]
        kind = BLOCKS[source.kind]
        wires = [self._emit(each, made) for each in source.inputs]
        settings = dict(source.settings)
        name = self._block(source.kind, settings, name=source.name)
        ports = list(islice(letters(), len(wires))) if kind.variadic else kind.inputs
        for port, wire in zip(ports, wires, strict=True):
            alone = len(ports) == 1 and not kind.variadic
            self._draft.wires.append(Wire(wire, name if alone else f"{name}.{port}"))
        for parameter, ref in source.weights.items():
            assert isinstance(ref, Owned)
            self._draft.weights[f"{name}.{parameter}"] = ref.name
        made[id(source)] = name
        return name

    def _wire(self, ref: Ref) -> str:
        """Where a tensor comes from; one of the model's own gets a block when it is asked for."""
        if ref in self._wires:
            return self._wires[ref]
        if isinstance(ref, Owned):
            tensor = self._drawing.tensors[ref.name]
            name = ref.name.rpartition(".")[2]
            if isinstance(tensor, nn.Parameter):
                wire = self._parameter(tensor, name, ref.name)
            else:
                wire = self._constant(tensor, name)
                self._draft.constants.pop(wire, None)
                self._draft.weights[wire] = ref.name
        elif isinstance(ref, Out):
            step = self._frame.steps[ref.step]
            assert isinstance(step, Op)
            assert step.constant is not None
            wire = self._constant(step.constant[ref.place], plain_name(step.name))
        else:
            assert isinstance(ref, Fixed)
            wire = self._constant(self._frame.fixed[ref.number], "constant")
        self._wires[ref] = wire
        return wire

    def _is_again(self, call: Called, key: object) -> bool:
        """Whether another block calls this module already. Raises `UnsaidError` if it did something
        else then.
        """
        first = self._first.get(id(call.module), "")
        if first and (first not in self._draft.inner or key_of(self._draft.inner[first]) != key):
            raise UnsaidError(SHARED)
        return bool(first)

    def _put(self, block: Block, call: Called) -> None:
        """Put down the block of a module, or one that is the same as the first that called it."""
        first = self._first.setdefault(id(call.module), block.name)
        self._taken.add(block.name)
        again = first != block.name and _has_state(call.module)
        self._draft.blocks.append(Block(block.name, block.kind, same=first) if again else block)

    def _keep_weights(self, call: Called, name: str) -> None:
        """The block's tensors are those of the module."""
        if self._draft.blocks[-1].same:
            return
        for each in call.module.state_dict():
            self._draft.weights[f"{name}.{each}"] = f"{call.name}.{each}" if call.name else each

    def _parameter(self, tensor: nn.Parameter, name: str, owned: str) -> str:
        dtype: Any = "" if tensor.dtype == torch.float32 else str(tensor.dtype)[6:]
        wire = self._block("Parameter", {"shape": list(tensor.shape)}, name=name)
        block = replace(self._draft.blocks[-1], dtype=dtype, frozen=not tensor.requires_grad)
        self._draft.blocks[-1] = block
        self._draft.weights[wire] = owned
        return wire

    def _constant(self, tensor: Tensor, name: str) -> str:
        kind, settings = constant_of(tensor)
        wire = self._block(kind, settings, name=identifier(name, "constant"))
        self._draft.constants[wire] = tensor
        return wire

    def _detach(self, ref: Out) -> None:
        name = self._block("Detach")
        self._draft.wires.append(Wire(self._wires[ref], name))
        self._wires[ref] = name

    def _block(self, kind: str, settings: Mapping[str, Any] | None = None, name: str = "") -> str:
        """Put a block down, and give its name."""
        name = free_name(identifier(name, "") or stem_of(kind), self._taken)
        self._taken.add(name)
        self._draft.blocks.append(Block(name, kind, dict(settings or {})))
        return name

    def _name(self, call: Called, layer: Layer | None) -> str:
        """The block's name: the attribute, as seen from the module that calls it."""
        above = f"{self._frame.name}." if self._frame.name else ""
        own = call.name.removeprefix(above) if call.name.startswith(above) else call.name
        kind = layer.kind.name if layer else title_of(call.module, call.name)
        return block_name(own, kind, self._taken)


def _has_state(module: nn.Module) -> bool:
    """Whether it matters that a module is the same one."""
    return any(True for _ in module.parameters()) or any(True for _ in module.buffers())


def _never(frame: Frame) -> bool:
    """Whether all that it does is under ``torch.no_grad()``."""
    return bool(frame.steps) and not any(step.grad for step in frame.steps)
