"""Opening a trace file: a `Trace` whose values are read from the file when somebody looks."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import torch
from torch import Tensor

from gradviz.engine.opening.rebuilt import DamagedError, rebuilt
from gradviz.errors import TraceError, UsageError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.trace.container import SUFFIX, Container
from gradviz.trace.events import ValueRef
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.index import Beginning, Index, Lost
from gradviz.trace.numbers import Numbers
from gradviz.trace.store import DEFAULT_BUDGET, ValueStore
from gradviz.trace.trace import Trace


def open_trace(path: str | os.PathLike[str], *, budget: int = DEFAULT_BUDGET) -> Trace:
    """The trace that `Trace.save` wrote; it answers all that the recorded one did.

    Values are read when asked for, and up to ``budget`` bytes of them stay in memory. The file may
    come from a stranger: nothing in it is run, and what does not fit together is refused. Values
    are on the CPU. Raises `TraceError` for a file that is no whole trace, and `UsageError` for one
    of JSON lines, which do not hold enough.
    """
    file = Path(path)
    if file.suffix.lower() == ".jsonl":
        raise UsageError(
            N_("JSON lines hold a trace's events for reading, not the trace"),
            where=str(file),
            mend=N_("save the trace as {suffix} to open it again"),
            suffix=SUFFIX,
        )
    container = Container(file)
    index = container.index
    _check(container, index)
    trace = Trace()
    trace.store = FileValues(container, budget)
    trace.node_numbers = Numbers(index.next_node)
    beginnings = iter(sorted(index.beginnings, key=lambda beginning: beginning.index))
    beginning = next(beginnings, None)
    for count in range(len(index.events) + 1):
        while beginning is not None and beginning.index < count:
            value = beginning.value if beginning.state is None else beginning.state
            trace.begin(beginning.room, beginning.name, value)
            beginning = next(beginnings, None)
        if count < len(index.events):
            trace.add(index.events[count])
    for graph in index.graphs:
        trace.add_graph(graph)
    trace.calls = index.calls
    return trace


class FileValues(ValueStore):
    """The values of a trace file. Nothing can be added to them."""

    def __init__(self, container: Container, budget: int) -> None:
        super().__init__(budget)
        self._container = container
        self._read: OrderedDict[int, Tensor] = OrderedDict()
        self._in_memory = 0
        self._lock = threading.Lock()
        self.bytes = sum(segment.size for segment in container.index.segments)

    def holds(self, ref: ValueRef) -> bool:
        """Whether the file has the value."""
        return ref.id in self._container.index.held

    def get(self, ref: ValueRef) -> Tensor:
        """The exact tensor; raises `TraceError` if the file does not have it or is damaged."""
        held = self._container.index.held.get(ref.id)
        if held is None:
            raise self._lost(ref)
        try:
            tensor = rebuilt(held, self._bytes)
        except DamagedError as error:
            raise self._container.damaged(error) from error
        if not _fits(ref, tensor):
            raise self._container.damaged(_("a value is of another shape than its event says"))
        return tensor

    def keep(self, tensor: Tensor) -> ValueRef:
        """Refused: raises `TraceError`."""
        raise TraceError(
            N_("a trace from a file cannot go on"),
            where=str(self._container.path),
            mend=N_("record into a trace of its own"),
        )

    def _bytes(self, number: int) -> Tensor:
        """A segment's bytes, from memory if nobody has written to them since."""
        if not 0 <= number < len(self._container.index.segments):
            raise ValueError("it has no memory")
        with self._lock:
            known = self._read.pop(number, None)
            if known is not None and known._version == 0:
                self._read[number] = known
                return known
            if known is not None:
                self._in_memory -= known.nbytes
            found = torch.frombuffer(self._container.segment(number), dtype=torch.uint8)
            self._read[number] = found
            self._in_memory += found.nbytes
            while self._in_memory > self.budget and len(self._read) > 1:
                _number, oldest = self._read.popitem(last=False)
                self._in_memory -= oldest.nbytes
            return found

    def _lost(self, ref: ValueRef) -> TraceError:
        lost = self._container.index.lost.get(ref.id, Lost("dropped"))
        shape = list(ref.shape)
        if lost.reason == "overwritten":
            return TraceError(
                N_("value {id} of shape {shape} was overwritten by code that torch did not show"),
                mend=N_("clone the tensor before changing its memory by hand"),
                id=ref.id,
                shape=shape,
            )
        if lost.reason == "unknown":
            return TraceError(
                N_("value {id} of shape {shape} is of a kind that no file holds ({kind})"),
                mend=N_("look at it in the run that recorded it; its norm was {norm}"),
                id=ref.id,
                shape=shape,
                kind=lost.about,
                norm="?" if lost.norm is None else f"{lost.norm:.4g}",
            )
        return TraceError(
            N_("value {id} of shape {shape} was dropped to stay within {budget} MiB"),
            mend=N_("raise the memory budget of the trace, or look at it sooner"),
            id=ref.id,
            shape=shape,
            budget=self._container.index.budget // 2**20,
        )


def _fits(ref: ValueRef, tensor: Tensor) -> bool:
    """Whether a tensor is what its reference says; the parts of a nested one may differ."""
    if ref.dtype != str(tensor.dtype).removeprefix("torch."):
        return False
    return tensor.is_nested or tuple(tensor.shape) == ref.shape


def _check(container: Container, index: Index) -> None:
    """That events count up and graphs hang together. Raises `TraceError`."""
    if any(event.index != place for place, event in enumerate(index.events)):
        raise container.damaged(_("its events are not in order"))
    if not all(map(_is_beginning, index.beginnings)):
        raise container.damaged(_("something begins as what it cannot be"))
    for graph in index.graphs:
        if not _is_graph(graph):
            raise container.damaged(_("its graph does not hang together"))


def _is_beginning(beginning: Beginning) -> bool:
    if beginning.room == "optimizer":
        return beginning.state is not None and beginning.value is None
    return beginning.state is None and (beginning.value is not None or beginning.room == "grads")


def _is_graph(graph: AutogradGraph) -> bool:
    if len(graph.by_id) != len(graph.nodes):
        return False
    if graph.root is not None and graph.root not in graph.by_id:
        return False
    order: TopologicalSorter[int] = TopologicalSorter()
    for edge in graph.edges:
        if edge.producer not in graph.by_id or edge.consumer not in graph.by_id:
            return False
        order.add(edge.consumer, edge.producer)
    try:
        order.prepare()
    except CycleError:
        return False
    return True
