"""What is done with a recorded tensor where torch must not notice."""

from __future__ import annotations

import io
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def copied(tensor: Tensor) -> Tensor:
    """A copy that nobody else holds, hidden from every mode: a recording may be running.

    Where elements share their memory, because the tensor was expanded, those of the copy do, too.
    """
    import torch

    with ExitStack() as hidden:
        hidden.enter_context(torch._C.DisableTorchFunction())
        hidden.enter_context(torch.inference_mode(False))
        if torch._C._len_torch_dispatch_stack():
            hidden.enter_context(torch._C._DisableTorchDispatch())
        try:
            return _cloned(tensor)
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


def _cloned(tensor: Tensor) -> Tensor:
    import torch

    dense = tensor.layout is torch.strided and not tensor.is_nested
    if not dense or all(tensor.stride()) or tensor.is_quantized:
        return tensor.clone()
    small = tensor
    for dim, step in enumerate(tensor.stride()):
        if tensor.shape[dim] > 1 and not step:
            small = small.narrow(dim, 0, 1)
    return small.clone().expand(tensor.shape)
