"""What is done with a recorded tensor where torch must not notice."""

from __future__ import annotations

import io
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def cloned(tensor: Tensor) -> Tensor:
    """A clone; where elements share their memory, because the tensor was expanded, those of the
    clone do, too.
    """
    import torch

    dense = tensor.layout is torch.strided and not tensor.is_nested
    if not dense or all(tensor.stride()) or tensor.is_quantized:
        return tensor.clone()
    small = tensor
    for dim, step in enumerate(tensor.stride()):
        if tensor.shape[dim] > 1 and not step:
            small = small.narrow(dim, 0, 1)
    return small.clone().expand(tensor.shape)


def held(tensor: Tensor, size: int) -> int:
    """The bytes of memory behind a tensor whose elements count ``size`` bytes: fewer where it was
    expanded from few.
    """
    try:
        return min(size, tensor.untyped_storage().nbytes())
    except NotImplementedError:  # sparse ones have several memories
        return size


def copied(tensor: Tensor) -> Tensor:
    """A clone that nobody else holds, hidden from every mode: a recording may be running."""
    import torch

    with ExitStack() as hidden:
        hidden.enter_context(torch._C.DisableTorchFunction())
        hidden.enter_context(torch.inference_mode(False))
        if torch._C._len_torch_dispatch_stack():
            hidden.enter_context(torch._C._DisableTorchDispatch())
        try:
            return cloned(tensor)
        except RuntimeError:  # torch copies no elements of less than a byte
            return tensor


def packed(tensor: Tensor) -> bytes:
    """The tensor as bytes, without what it only shares its memory with."""
    import torch

    content = io.BytesIO()
    torch.save(copied(tensor), content)
    return content.getvalue()


def unpacked(content: bytes) -> Tensor:
    """The tensor that `packed` made bytes of, on the device that it was on."""
    import torch

    tensor: Tensor = torch.load(io.BytesIO(content), weights_only=True)
    return tensor
