"""gradviz shows one real PyTorch training iteration, step by step.

The names below are the public interface. They are loaded when first used, so that
``import gradviz`` costs nothing and needs neither torch nor Qt.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from gradviz.trace.shown import show_by

if TYPE_CHECKING:
    from gradviz.code.program import to_python as to_python
    from gradviz.commands.fitting import plot as plot
    from gradviz.data.pipeline.watch import watch_loader as watch_loader
    from gradviz.engine.building.build import build as build
    from gradviz.engine.building.weights import load_weights as load_weights
    from gradviz.engine.building.weights import save_weights as save_weights
    from gradviz.engine.fitting.fitting import fit as fit
    from gradviz.engine.graph import autograd_graph as autograd_graph
    from gradviz.engine.opening.opening import open_trace as open_trace
    from gradviz.engine.record.record import record as record
    from gradviz.engine.session.gradcheck import check_gradient as check_gradient
    from gradviz.engine.session.session import Session as Session
    from gradviz.errors import GradvizError as GradvizError
    from gradviz.explain.gradsize import why_this_size as why_this_size
    from gradviz.explain.nogradient import why_no_grad as why_no_grad
    from gradviz.explain.parameters import parameters as parameters
    from gradviz.importing.imported import from_module as from_module
    from gradviz.render.play import play as play
    from gradviz.render.previews.preview import preview as preview
    from gradviz.render.render import render as render
    from gradviz.spec.breakpoints import Breakpoint as Breakpoint
    from gradviz.spec.codec import load as load
    from gradviz.spec.codec import save as save
    from gradviz.spec.edits import GradEdit as GradEdit
    from gradviz.spec.edits import ValueEdit as ValueEdit
    from gradviz.spec.library import Library as Library
    from gradviz.spec.project import Project as Project
    from gradviz.trace.forward import module_graph as module_graph
    from gradviz.trace.trace import Trace as Trace

__version__ = "0.1.0"

_HOMES = {
    "Breakpoint": "gradviz.spec.breakpoints",
    "GradvizError": "gradviz.errors",
    "GradEdit": "gradviz.spec.edits",
    "Library": "gradviz.spec.library",
    "Project": "gradviz.spec.project",
    "Session": "gradviz.engine.session.session",
    "Trace": "gradviz.trace.trace",
    "ValueEdit": "gradviz.spec.edits",
    "autograd_graph": "gradviz.engine.graph",
    "build": "gradviz.engine.building.build",
    "check_gradient": "gradviz.engine.session.gradcheck",
    "fit": "gradviz.engine.fitting.fitting",
    "from_module": "gradviz.importing.imported",
    "load": "gradviz.spec.codec",
    "load_weights": "gradviz.engine.building.weights",
    "module_graph": "gradviz.trace.forward",
    "open_trace": "gradviz.engine.opening.opening",
    "record": "gradviz.engine.record.record",
    "parameters": "gradviz.explain.parameters",
    "play": "gradviz.render.play",
    "plot": "gradviz.commands.fitting",
    "preview": "gradviz.render.previews.preview",
    "render": "gradviz.render",  # the folder of that name can be called like the function
    "save": "gradviz.spec.codec",
    "save_weights": "gradviz.engine.building.weights",
    "to_python": "gradviz.code.program",
    "watch_loader": "gradviz.data.pipeline.watch",
    "why_no_grad": "gradviz.explain.nogradient",
    "why_this_size": "gradviz.explain.gradsize",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'gradviz' has no attribute {name!r}")
    home = importlib.import_module(_HOMES[name])
    value = home if home.__name__ == f"gradviz.{name}" else getattr(home, name)
    globals()[name] = value
    return value


def _shower(kind: str) -> Callable[[object], str | None]:
    """The function of `gradviz.notebook` of that name, loaded when first called."""

    def show(thing: object) -> str | None:
        shown: str | None = getattr(importlib.import_module("gradviz.notebook"), kind)(thing)
        return shown

    return show


for _kind in ("html", "svg"):
    show_by(_kind, _shower(_kind))


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
