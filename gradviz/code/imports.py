"""The imports that a piece of code needs, sorted as isort sorts them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Container, Iterable, Mapping
from itertools import groupby

from gradviz.parsing import parsed

HOMES = {
    "Any": "typing",
    "deepcopy": "copy",
    "gzip": "gzip",
    "io": "io",
    "math": "math",
    "tarfile": "tarfile",
    "Iterable": "collections.abc",
    "Iterator": "collections.abc",
    "partial": "functools",
    "Path": "pathlib",
    "PurePosixPath": "pathlib",
    "np": "numpy",
    "torch": "torch",
    "F": "torch.nn.functional",
    "csv": "csv",
    "json": "json",
    "load_from_disk": "datasets",
    "loadmat": "scipy.io",
    "pq": "pyarrow.parquet",
    "soundfile": "soundfile",
    "Image": "PIL",
    "Tensor": "torch",
    "nn": "torch",
    "optim": "torch",
    "init": "torch.nn",
    "lr_scheduler": "torch.optim",
    "DataLoader": "torch.utils.data",
    "Dataset": "torch.utils.data",
    "TensorDataset": "torch.utils.data",
    "load_file": "safetensors.torch",
}
"""The module that each name of the code is, or is imported from."""
_ALIASES = {
    "np": "import numpy as np",
    "pq": "import pyarrow.parquet as pq",
    "F": "import torch.nn.functional as F",
}


def imports_for(
    text: str,
    homes: Mapping[str, str],
    more: Iterable[str] = (),
    *,
    libraries: Container[str] = (),
) -> list[str]:
    """The lines of imports, with empty ones between those of Python, those of libraries and those
    of files of the user's: ``homes`` says in which of them a name is defined, or in which of the
    ``libraries``. ``more`` are modules that are imported whole.
    """
    names = {node.id for node in ast.walk(parsed(text)) if isinstance(node, ast.Name)}
    used = [(home, name) for name, home in HOMES.items() if name in names and name not in homes]
    own: list[tuple[str, str]] = []
    named = [(home, name) for name, home in homes.items() if name in names]
    for home, name in (*named, *((module, module) for module in more)):
        known = _is_pythons(home) or home.partition(".")[0] == "torch" or home in libraries
        (used if known else own).append((home, name))
    pythons = _lines([each for each in used if _is_pythons(each[0])])
    others = _lines([each for each in used if not _is_pythons(each[0])])
    groups = [group for group in (pythons, others, _lines(own)) if group]
    return [line for group in groups for line in ("", *group)][1:]


def _is_pythons(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def _lines(used: list[tuple[str, str]]) -> list[str]:
    whole = [
        _ALIASES.get(name, f"import {home}")
        for home, name in sorted(used)
        if name in _ALIASES or name == home
    ]
    parts = sorted(each for each in used if each[1] not in _ALIASES and each[1] != each[0])
    found = [
        f"from {home} import {', '.join(sorted((name for _, name in names), key=_case))}"
        for home, names in groupby(parts, key=lambda each: each[0])
    ]
    return [*whole, *found]


def _case(name: str) -> tuple[bool, str]:
    """Classes stand in front of modules."""
    return name.islower(), name
