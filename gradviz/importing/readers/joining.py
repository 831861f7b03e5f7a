"""Ops that join tensors, take them apart, and reduce them."""

from __future__ import annotations

from typing import Any

from gradviz.importing.nodes import Node, Part, Place, Said, Source, is_number, is_ref
from gradviz.importing.readers.table import reads


@reads("cat", "concat", "concatenate")
def cat(at: Place, tensors: Any, dim: int = 0) -> Said:
    return Node("Concat", tuple(tensors), {} if dim == 1 else {"dim": dim})


@reads("stack")
def stack(at: Place, tensors: Any, dim: int = 0) -> Said:
    return Node("Stack", tuple(tensors), {} if dim == 1 else {"dim": dim})


@reads("chunk", "split", "tensor_split")
def split(at: Place, input: Source, sizes: Any, dim: int = 0) -> Said:
    """Two parts are one block, as are three of one size; of more each is picked alone."""
    widths = [form.shape[dim] for form in at.op.outputs]
    if not all(isinstance(width, int) for width in widths):
        return None
    if len(widths) == 2 and widths[0] == widths[1]:
        node = Node("SplitTwo", (input,), {} if dim == 1 else {"dim": dim})
        return Part(node, 0), Part(node, 1)
    if len(widths) == 2:
        node = Node("Split", (input,), {"size": widths[0], **({} if dim == 1 else {"dim": dim})})
        return Part(node, 0), Part(node, 1)
    rank = len(at.result.shape)
    if len(widths) == 3 and len(set(widths)) == 1:
        last = dim in (-1, rank - 1)
        node = Node("SplitThree", (input,), {} if last else {"dim": dim})
        return Part(node, 0), Part(node, 1), Part(node, 2)
    starts = [sum(widths[:i]) for i in range(len(widths))]
    return tuple(
        Node("Slice", (input,), {"dim": dim, "start": start, "stop": start + width})
        for start, width in zip(starts, widths, strict=True)
    )


@reads("unbind")
def unbind(at: Place, input: Source, dim: int = 0) -> Said:
    return tuple(
        Node("Select", (input,), {"dim": dim, "index": index})
        for index in range(len(at.op.outputs))
    )


@reads("gather")
def gather(at: Place, input: Source, dim: int, index: Source, *, sparse_grad: bool = False) -> Said:
    return Node("Gather", (input, index), {"dim": dim})


@reads("scaled_dot_product_attention")
def attention(
    at: Place,
    query: Source,
    key: Source,
    value: Source,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Said:
    if attn_mask is not None or scale is not None or enable_gqa:
        return None
    settings: dict[str, Any] = {"is_causal": True} if is_causal else {}
    if dropout_p:
        settings["dropout_p"] = dropout_p
    return Node("ScaledDotProductAttention", (query, key, value), settings, name="attention")


def _reducing(kind: str, *names: str) -> None:
    def read(at: Place, input: Source, dim: Any = None, keepdim: bool = False) -> Said:
        return Node(kind, (input,), _reduced(dim, keepdim))

    reads(*names)(read)


_reducing("Sum", "sum")
_reducing("Mean", "mean")


@reads("argmax")
def argmax(at: Place, input: Source, dim: Any = None, keepdim: bool = False) -> Said:
    settings = {"dim": dim, **({"keepdim": True} if keepdim else {})}
    return Node("ArgMax", (input,), settings) if isinstance(dim, int) else None


@reads("var")
def var(
    at: Place, input: Source, dim: Any = None, unbiased: bool = True, keepdim: bool = False
) -> Said:
    settings = _reduced(dim, keepdim)
    return Node("Variance", (input,), settings if unbiased else {**settings, "unbiased": False})


@reads("amax")
def amax(at: Place, input: Source, dim: Any = (), keepdim: bool = False) -> Said:
    return _extreme("Max", input, dim, keepdim)


@reads("amin")
def amin(at: Place, input: Source, dim: Any = (), keepdim: bool = False) -> Said:
    return _extreme("Min", input, dim, keepdim)


@reads("logsumexp")
def logsumexp(at: Place, input: Source, dim: Any, keepdim: bool = False) -> Said:
    return _extreme("LogSumExp", input, dim, keepdim)


@reads("normalize")
def normalize(
    at: Place, input: Source, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Any = None
) -> Said:
    settings = {**({} if p == 2.0 else {"p": p}), **({} if dim == 1 else {"dim": dim})}
    return Node("Normalize", (input,), settings) if eps == 1e-12 else None


@reads("cumsum")
def cumsum(at: Place, input: Source, dim: int) -> Said:
    return Node("CumulativeSum", (input,), {"dim": dim})


@reads("norm", "vector_norm")
def norm(at: Place, input: Source, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Said:
    known = is_number(p) and is_ref(input)
    settings = _reduced(dim, keepdim)
    return Node("Norm", (input,), {**settings, "ord": float(p)}) if known else None


def _extreme(kind: str, input: Source, dim: Any, keepdim: bool) -> Said:
    settings = {"dim": dim, **({"keepdim": True} if keepdim else {})}
    return Node(kind, (input,), settings) if isinstance(dim, int) else None


def _reduced(dim: Any, keepdim: bool) -> dict[str, Any]:
    dims = {} if dim is None else {"dim": list(dim) if isinstance(dim, tuple | list) else [dim]}
    return {**dims, "keepdim": True} if keepdim else dims
