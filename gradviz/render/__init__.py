"""Pictures: cards and arrows of an autograd graph, placed by Graphviz, painted and written.

The folder shares its name with the function `gradviz.render`, so calling it calls the function.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from gradviz.render.render import render

        return render(*arguments, **options)


sys.modules[__name__].__class__ = _Room
