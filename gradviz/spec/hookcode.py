"""The PyTorch lines that put the hook of a gradient edit on, and take it off again."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, NamedTuple

from gradviz.spec import whatcode
from gradviz.spec.places import Place
from gradviz.spec.scopecode import (
    BEFORE_BACKWARD,
    BEFORE_LOOP,
    EACH_ITERATION,
    Standing,
    during,
    once,
    standing,
    unscoped,
)

if TYPE_CHECKING:
    from gradviz.spec.edits import GradEdit

_SLOT = """
def hook({arguments}):
    grads = list({grads})
    if {x} is not None:
        {x} = {change}
    return tuple(grads)
"""
_ACCUMULATED = """
def hook({arguments}):
    {x} = {change}
"""
_NODES = """
import torch.utils._pytree as pytree

def nodes(output):
    found = set()
    waiting = [x.grad_fn for x in pytree.tree_leaves(output) if isinstance(x, torch.Tensor)]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in found:
            found.add(node)
            waiting += [producer for producer, _ in node.next_functions]
    named = [node for node in found if type(node).__name__ == "{name}"]
    return sorted(named, key=lambda node: node._sequence_nr())
"""
_STARTS = """
starts = []

def before_forward(module, args):
    starts.append(torch.autograd._get_sequence_nr())
"""
_EVERY_CALL = """
def after_forward(module, args, output):
{body}
"""
_ONE_CALL = """
import itertools

calls = itertools.count(1)

def after_forward(module, args, output):
    if next(calls) == {call}:
{body}
"""


class _Hook(NamedTuple):
    """What defines a hook, what torch gives it, where in that the gradient is, and what puts it on
    its place.
    """

    define: str
    arguments: str
    grads: str
    register: str


_PARAMETER = 'model.get_parameter("{path}")'
_MODULE = 'model.get_submodule("{path}")'
_HOOKS = {
    "tensor": _Hook("", "", "grad", f"{_PARAMETER}.register_hook({{hook}})"),
    "output": _Hook("", "", "grad", "output{index}.register_hook({hook})"),
    "post_accumulate": _Hook(
        _ACCUMULATED,
        "parameter",
        "parameter.grad",
        f"{_PARAMETER}.register_post_accumulate_grad_hook(hook)",
    ),
    "module": _Hook(
        _SLOT,
        "module, grad_input, grad_output",
        "grad_input",
        f"{_MODULE}.register_full_backward_hook(hook)",
    ),
    "module_pre": _Hook(
        _SLOT,
        "module, grad_output",
        "grad_output",
        f"{_MODULE}.register_full_backward_pre_hook(hook)",
    ),
    "node": _Hook(_SLOT, "grad_inputs, grad_outputs", "grad_inputs", "{nodes}.register_hook(hook)"),
    "node_pre": _Hook(_SLOT, "grad_outputs", "grad_outputs", "{nodes}.register_prehook(hook)"),
}


def of_gradient(edit: GradEdit) -> Standing:
    """See `gradviz.spec.edits.GradEdit.as_code`."""
    place = edit.place
    via = edit.via or default_via(place) or "tensor"
    at_output = via == "tensor" and place.output
    hook = _HOOKS["output" if at_output else via]
    x = f"grads[{edit.slot}]" if hook.define is _SLOT else hook.grads
    before_loop = unscoped(edit) and place.call is None and (place.path or not place.node)
    lines = whatcode.definitions(edit, again=not before_loop, bare=not hook.define)
    lines += hook.define.format(
        arguments=hook.arguments, grads=hook.grads, x=x, change=whatcode.expression(edit, x)
    )
    if place.node:
        lines += _NODES.format(name=place.node)
    register = hook.register.format(
        path=place.path if at_output or place.node else place.module,
        index=f"[{edit.slot}]" if place.slot is not None or edit.slot else "",
        hook=whatcode.hook(edit),
        nodes=_found(place),
    )
    if place.node and not place.path:
        return standing(BEFORE_BACKWARD, lines + during(edit, register))
    handles = [register]
    if place.node or at_output:
        lines += _after_forward(place, register)
        owner = _MODULE.format(path=place.path)
        handles = [f"{owner}.register_forward_hook(after_forward)"]
        if _starts(place):
            handles.append(f"{owner}.register_forward_pre_hook(before_forward)")
    if before_loop:
        return standing(BEFORE_LOOP, lines + "\n" + "\n".join(handles))
    if len(handles) == 1:
        put, take = f"handle = {handles[0]}", "handle.remove()"
    else:
        each = "".join(f"    {handle},\n" for handle in handles)
        put, take = f"handles = [\n{each}]", "for handle in handles:\n    handle.remove()"
    lines += once(edit, put)
    if edit.last is not None:
        lines += f"if iteration == {edit.last + 1}:\n{indent(take, '    ')}\n"
    return standing(EACH_ITERATION, lines)


def default_via(place: Place) -> str | None:
    """The hook that a node's place asks for; None if it is no node."""
    if not place.node:
        return None
    return "node_pre" if place.slot is None else "node"


def _starts(place: Place) -> bool:
    """Whether the nodes of a call must be told from those before it."""
    return bool(place.node and place.path and place.number)


def _found(place: Place) -> str:
    if not place.path:
        return f"nodes(loss)[{(place.number or 1) - 1}]"
    return f"made[{place.number - 1}]" if place.number else "node"


def _after_forward(place: Place, register: str) -> str:
    lines, body = "", register
    if _starts(place):
        lines = _STARTS
        made = "made = [node for node in nodes(output) if node._sequence_nr() >= starts[-1]]"
        body = f"{made}\n{register}"
    elif place.node:
        body = f"for node in nodes(output)[-1:]:\n    {register}"
    if place.call is None:
        return lines + _EVERY_CALL.format(body=indent(body, "    "))
    return lines + _ONE_CALL.format(call=place.call, body=indent(body, "        "))
