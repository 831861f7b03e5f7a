"""The weights of a model in a file: its ``state_dict`` as safetensors, which holds no code."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from gradviz.arguments import check_type
from gradviz.engine.building.blockmodel import BlockModel, Repeated
from gradviz.errors import BuildError, WrongValueError
from gradviz.files import writing
from gradviz.i18n import N_
from gradviz.trace.trace import State

NAMED = 3
"""Names that an error lists of those that are missing, or too many."""


def save_weights(model: nn.Module, path: str | os.PathLike[str]) -> None:
    """Write all that ``model.state_dict()`` holds as safetensors, whole or not at all.

    Raises `OutputError`, and `WrongValueError` for what is no plain tensor.
    """
    check_type(model, nn.Module, where="model")
    check_type(path, (str, os.PathLike), where="path")
    write_weights(model.state_dict(), Path(path))


def load_weights(model: nn.Module, path: str | os.PathLike[str]) -> None:
    """Put weights that were saved as safetensors into a model, bit for bit.

    Nothing is converted, and none may be left out: raises `BuildError` that names the first block
    and parameter for which the file has no tensor, or one of another shape or dtype, or two that
    differ for what is tied. The model is then as it was.
    """
    check_type(model, nn.Module, where="model")
    check_type(path, (str, os.PathLike), where="path")
    with _fitting(model, Path(path)) as saved, torch.no_grad():
        for name, tensor in model.state_dict().items():
            tensor.copy_(saved.get_tensor(name))


def check_weights(model: nn.Module, file: Path) -> None:
    """Raise `BuildError` for weights that do not fit the model, which may be on the meta device."""
    with _fitting(model, file):
        pass


@contextmanager
def _fitting(model: nn.Module, file: Path) -> Iterator[Any]:
    """The opened file, if it has what the model wants."""
    try:
        with safe_open(_found(file), framework="pt") as saved:
            _check(model, model.state_dict(), saved, file)
            _check_tied(model, saved, file)
            yield saved
    except (SafetensorError, OSError) as error:
        raise BuildError(
            N_("cannot be read as safetensors ({reason})"),
            where=str(file),
            mend=N_("give a file that “gradviz run --save-weights” or safetensors wrote"),
            reason=str(error).partition("\n")[0],
        ) from error


def save_weights_at(model: nn.Module, state: State, file: Path) -> None:
    """Write the weights as they were at a moment of a trace, as `save_weights` writes them."""
    firsts = {id(tensor): name for name, tensor in _named(model)}
    known = {**state.params, **state.buffers}
    now = model.state_dict(keep_vars=True)
    write_weights({name: known[firsts[id(tensor)]] for name, tensor in now.items()}, file)


def _named(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    yield from model.named_parameters()
    yield from model.named_buffers()


def write_weights(state: Mapping[str, Any], file: Path) -> None:
    """Write tensors by their names. Raises `OutputError` and `WrongValueError`."""
    memory: set[int] = set()
    tensors = {name: _plain(name, value, memory) for name, value in state.items()}
    try:
        content = save(tensors, metadata={"format": "pt"})
    except (SafetensorError, ValueError, KeyError) as error:
        raise WrongValueError(
            N_("these weights cannot be saved as safetensors ({reason})"),
            where=str(file),
            mend=N_("save them with torch.save instead"),
            reason=error,
        ) from error
    with writing(file) as stream:
        stream.write(content)


def _plain(name: str, value: object, memory: set[int]) -> Tensor:
    """A tensor that shares its memory with no other one: the format knows no shared memory."""
    if not isinstance(value, Tensor) or value.layout != torch.strided or value.is_quantized:
        raise WrongValueError(
            N_("only plain tensors can be saved as safetensors"),
            where=name,
            mend=N_("save the model with torch.save instead"),
        )
    tensor = value.detach().cpu().contiguous()
    place = tensor.untyped_storage().data_ptr()
    tensor = tensor.clone() if place in memory or tensor.numel() == 0 else tensor
    memory.add(place)
    return tensor


def _found(file: Path) -> Path:
    if not file.is_file():
        raise BuildError(
            N_("there is no such file of weights"),
            where=str(file),
            mend=N_("correct the name, or leave it out for fresh weights from the seed"),
        )
    return file


def _check(model: nn.Module, wanted: Mapping[str, Tensor], saved: Any, file: Path) -> None:
    there = set(saved.keys())
    missing = [name for name in wanted if name not in there]
    beyond = sorted(there - set(wanted))
    if missing:
        block, parameter = _owner(model, missing[0])
        raise BuildError(
            N_("the file has no tensor for “{parameter}” of block “{owner}”"),
            block=block,
            where=f"{file} {missing[0]}",
            owner=block,
            mend=N_("take the weights of this very model; the file has: {known}"),
            parameter=parameter,
            known=_listed(beyond or sorted(there)),
        )
    if beyond:
        raise BuildError(
            N_("the model has no block with this tensor"),
            where=f"{file} {beyond[0]}",
            mend=N_("take the weights of this very model; too many in the file are: {known}"),
            known=_listed(beyond),
        )
    for name, tensor in wanted.items():
        shape = tuple(saved.get_slice(name).get_shape())
        facts: tuple[object, object] = (shape, tuple(tensor.shape))
        if shape == tensor.shape:
            facts = (saved.get_tensor(name).dtype, tensor.dtype)
        got, wants = (str(fact).removeprefix("torch.") for fact in facts)
        if got != wants:
            block, parameter = _owner(model, name)
            raise BuildError(
                N_("the file has {got} for “{parameter}” of block “{owner}”, which is {wants}"),
                block=block,
                where=f"{file} {name}",
                owner=block,
                mend=N_("set the block as it was when the weights were saved"),
                parameter=parameter,
                got=got,
                wants=wants,
            )


def _check_tied(model: nn.Module, saved: Any, file: Path) -> None:
    """Raise `BuildError` for two names of one parameter under which the file has other numbers."""
    firsts: dict[int, str] = {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        first = firsts.setdefault(id(tensor), name)
        if first != name and not _equal(saved.get_tensor(first), saved.get_tensor(name)):
            block, _parameter = _owner(model, name)
            raise BuildError(
                N_("the file has other numbers than for “{first}”, which is the same parameter"),
                block=block,
                where=f"{file} {name}",
                mend=N_("take the weights of this very model"),
                first=first,
            )


def _equal(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same bits; NaN is not equal to itself."""
    return torch.equal(*(each.flatten().view(torch.uint8) for each in (one, other)))


def _owner(model: nn.Module, name: str) -> tuple[str, str]:
    """The path of the block that a tensor is of, and its name there."""
    parts = name.split(".")
    module: Any = model
    depth = 0
    while isinstance(module, BlockModel | Repeated) and depth < len(parts):
        module = getattr(module, parts[depth], None)
        depth += 1
    if not depth:
        block, _, parameter = name.rpartition(".")
        return block, parameter
    return ".".join(parts[:depth]), ".".join(parts[depth:]) or parts[-1]


def _listed(names: Iterable[str]) -> str:
    each = list(names)
    more = ["…"] if len(each) > NAMED else []
    return ", ".join([*each[:NAMED], *more]) or "-"
