"""Gradient edits become real hooks of torch, which write down what they change."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, NoReturn, TypeAlias

from torch import Tensor, nn
from torch.autograd.graph import Node

from gradviz.engine.doors.unseen import hush
from gradviz.engine.edits.gradplaces import choose, edges_of, nearest_nodes
from gradviz.engine.edits.newvalues import new_value
from gradviz.engine.record.recorder import Recorder
from gradviz.engine.record.source import line_of_function
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.edits import GradEdit
from gradviz.trace.events import GradEdited
from gradviz.trace.graph import AutogradGraph

Function: TypeAlias = Callable[[Tensor], Any]


class GradHook:
    """One gradient edit, on for one iteration. ``function`` is the user's, if it has one."""

    def __init__(
        self, edit: GradEdit, recorder: Recorder, model: nn.Module, function: Function | None
    ) -> None:
        self._edit = edit
        self._recorder = recorder
        self._model = model
        self._function = function
        self._graphs: list[AutogradGraph] = []
        self._called = False
        self._reached = False

    def put(self) -> Any:
        """Put it on; what this gives takes it off."""
        return _PUT["output" if self._at_output() else self._edit.via or ""](self)

    def check_reached(self) -> None:
        """Raise `UsageError` if the iteration is over and no gradient came by."""
        if self._reached:
            return
        edit = self._edit
        if self._called:
            what = N_("the gradient of slot {slot} is None in iteration {iteration}")
            mend = N_("take another slot, or let what it belongs to require a gradient")
        elif not self._graphs:
            what = N_("no backward runs in iteration {iteration}, so the edit does nothing")
            mend = N_("edit an iteration in which one runs")
        elif edit.place.node:
            what = N_("no graph of iteration {iteration} has this node")
            mend = N_("take one of: {known}")
        else:
            what = N_("no gradient comes here in iteration {iteration}, so the edit does nothing")
            mend = N_("take a place that the loss depends on")
        known = nearest_nodes(self._graphs, self._model, edit.where) if edit.place.node else ""
        raise UsageError(
            what,
            where=edit.where,
            mend=mend,
            slot=edit.slot,
            iteration=self._recorder.iteration,
            known=known,
        )

    def watch(self, graph: AutogradGraph, _live: dict[int, Node]) -> list[Any]:
        """Get to know the graph of each backward."""
        self._graphs.append(graph)
        return []

    def _at_output(self) -> bool:
        return self._edit.via == "tensor" and self._edit.place.output

    def _change(self, grad: Tensor) -> Any:
        """The new gradient, or whatever else the user's function gives."""
        self._reached = True
        recorder = self._recorder
        with hush():
            before = recorder.keep(grad)
            new = new_value(self._edit, grad) if self._function is None else None
        if self._function is not None:
            new = self._function(grad)
            if not _is_like(new, grad):
                recorder.suspect = line_of_function(self._function)
        with hush():
            result = grad if new is None else new
            if isinstance(result, Tensor):
                after = recorder.keep(result)
                if new is not None or recorder.differ(before, after):
                    recorder.write(
                        GradEdited,
                        target=self._edit.where,
                        hook=self._edit.via,
                        before=before,
                        after=after,
                    )
        return new

    def _on_tensor(self, tensor: Tensor) -> Any:
        """A hook of a tensor. Torch tells its name when it refuses what it gives."""

        def hook(grad: Tensor) -> Any:
            return self._change(grad)

        if self._function is not None:
            hook.__name__ = getattr(self._function, "__name__", hook.__name__)
        return tensor.register_hook(hook)  # type: ignore[no-untyped-call]

    def _on_parameter(self) -> Any:
        return self._on_tensor(self._model.get_parameter(self._edit.where))

    def _on_output(self) -> Any:
        place = self._edit.place
        calls = count(1)

        def after_forward(_module: nn.Module, _args: Any, output: Any) -> None:
            if place.call in (None, next(calls)):
                self._on_tensor(self._of_output(output))

        return self._model.get_submodule(place.path).register_forward_hook(after_forward)

    def _of_output(self, output: Any) -> Tensor:
        edit = self._edit
        tensor = output
        if edit.slot or edit.place.slot is not None:
            several = isinstance(output, tuple | list) and edit.slot < len(output)
            tensor = output[edit.slot] if several else None
        if not isinstance(tensor, Tensor):
            self._refuse_output(output)
        if not tensor.requires_grad:
            raise UsageError(
                N_("this tensor requires no gradient, so none comes to it"),
                where=edit.where,
                mend=N_("take a place that the loss depends on"),
            )
        return tensor

    def _after_accumulation(self) -> Any:
        def hook(parameter: Tensor) -> None:
            if parameter.grad is not None:
                new = self._change(parameter.grad)
                if new is not None:
                    with hush():
                        parameter.grad = new

        parameter = self._model.get_parameter(self._edit.where)
        return parameter.register_post_accumulate_grad_hook(hook)  # type: ignore[no-untyped-call]

    def _after_module(self) -> Any:
        def hook(_module: nn.Module, grad_input: Any, _grad_output: Any) -> Any:
            return self._in_slot(grad_input)

        return self._module().register_full_backward_hook(hook)

    def _before_module(self) -> Any:
        def hook(_module: nn.Module, grad_output: Any) -> Any:
            return self._in_slot(grad_output)

        return self._module().register_full_backward_pre_hook(hook)

    def _module(self) -> nn.Module:
        return self._model.get_submodule(self._edit.place.module)

    def _at_node(self) -> Any:
        def register(graph: AutogradGraph, live: dict[int, Node]) -> list[Any]:
            edit = self._edit
            number = choose(graph, edit.place, where=edit.where, model=self._model)
            return [] if number is None else [self._on_node(graph, number, live[number])]

        return self._recorder.before_backward(register)

    def _on_node(self, graph: AutogradGraph, number: int, node: Node) -> Any:
        edit = self._edit
        if edit.via == "node_pre":

            def before(grad_outputs: Any) -> Any:
                return self._in_slot(grad_outputs)

            before.__name__ = "hook"
            return node.register_prehook(before)
        if edit.slot >= len(node.next_functions):
            raise UsageError(
                N_("the node has no edge {slot}"),
                where=edit.where,
                mend=N_("take one of: {known}"),
                slot=edit.slot,
                known=edges_of(graph, number),
            )

        def hook(grad_inputs: Any, _grad_outputs: Any) -> Any:
            return self._in_slot(grad_inputs)

        return node.register_hook(hook)

    def _in_slot(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """The tuple with the change made at the slot, if there is a gradient."""
        slot = self._edit.slot
        self._called = True
        if slot >= len(grads) or grads[slot] is None:
            return grads
        new = self._change(grads[slot])
        return grads if new is None else (*grads[:slot], new, *grads[slot + 1 :])

    def _refuse_output(self, output: Any) -> NoReturn:
        several = isinstance(output, tuple | list)
        tensors = [i for i, x in enumerate(output) if isinstance(x, Tensor)] if several else []
        place = self._edit.where.partition("[")[0]
        raise UsageError(
            N_("the module gave a {kind}, of which this is no tensor"),
            where=self._edit.where,
            mend=N_("take one of: {known}; or a node that made it")
            if tensors
            else N_("name a node that made the tensor you mean"),
            kind=type(output).__name__,
            known=", ".join(f"{place}[{i}]" for i in tensors),
        )


_PUT: dict[str, Callable[[GradHook], Any]] = {
    "tensor": GradHook._on_parameter,
    "output": GradHook._on_output,
    "post_accumulate": GradHook._after_accumulation,
    "module": GradHook._after_module,
    "module_pre": GradHook._before_module,
    "node": GradHook._at_node,
    "node_pre": GradHook._at_node,
}


def _is_like(new: object, grad: Tensor) -> bool:
    """Whether torch can take it in the gradient's place."""
    if new is None:
        return True
    if not isinstance(new, Tensor):
        return False
    return (new.shape, new.dtype, new.device) == (grad.shape, grad.dtype, grad.device)
