"""Packages that only some files need, and that are installed on demand."""

from __future__ import annotations

import importlib
from typing import Any

from gradviz.errors import DataError
from gradviz.i18n import N_


def needed(module: str, extra: str, *, where: str) -> Any:
    """The module. Raises `DataError` with the command that installs it."""
    try:
        return importlib.import_module(module)
    except (ImportError, OSError) as error:  # a package may miss a library of the system's
        raise DataError(
            N_("reading it needs the package “{package}” ({reason})"),
            where=where,
            mend=N_("run “{command}”"),
            package=module.partition(".")[0],
            reason=str(error).partition("\n")[0],
            command=f"pip install 'gradviz[{extra}]'",
        ) from error
