"""Arrays of MATLAB files, read by scipy in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from gradviz.data.reading.extras import needed
from gradviz.data.reading.files import File
from gradviz.errors import DataError
from gradviz.i18n import N_

SECONDS = 300
"""How long the reader may take."""


def matlab_arrays(
    file: File, names: Sequence[str], *, largest: int
) -> tuple[Mapping[str, int], list[np.ndarray[Any, Any]]]:
    """How many bytes each array of the file has, and those of the names if all are there and have
    no more than ``largest`` bytes together. An empty name is the first. Raises `DataError`.
    """
    needed("scipy.io", "matlab", where=str(file))
    reader = Path(__file__).with_name("matlabprocess.py")
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-P", str(reader), str(file.path), folder, str(largest), *names]
        try:
            ran = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
            known: dict[str, int] = json.loads(ran.stdout)
        except (subprocess.SubprocessError, OSError, ValueError) as error:
            raise DataError(
                N_("cannot be read as a MATLAB file ({reason})"),
                where=str(file),
                mend=N_("save it again; it may be damaged"),
                reason=_said(error),
            ) from error
        arrays = [np.load(each) for each in sorted(Path(folder).iterdir(), key=_place)]
    return known, arrays


def _place(file: Path) -> int:
    return int(file.stem)


def _said(error: Exception) -> str:
    """What the process ended with."""
    if isinstance(error, subprocess.CalledProcessError):
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        return lines[-1][:160] if lines else f"it ended the reader with {error.returncode}"
    return str(error).partition("\n")[0]
