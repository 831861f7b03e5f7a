"""Runs as a process of its own: scipy's reader crashes Python on some damaged MATLAB files.

``python matlabprocess.py FILE FOLDER LARGEST NAME…`` prints what arrays there are, as JSON, and
writes those of the names into the folder, if they have no more than so many bytes together.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np
from scipy.io import loadmat, whosmat


def main(file: str, folder: str, largest: str, *names: str) -> None:
    """Print, and write, what there is."""
    known = {
        name: 8 * math.prod(map(int, shape))
        for name, shape, kind in whosmat(file)
        if kind not in ("cell", "char", "function", "object", "opaque", "struct")
    }
    chosen = [name or next(iter(known), "") for name in names]
    if set(chosen) <= set(known) and sum(known[name] for name in set(chosen)) <= int(largest):
        found = loadmat(file, variable_names=chosen)
        for place, name in enumerate(chosen):
            array = found[name]
            array = array if isinstance(array, np.ndarray) else array.toarray()  # a sparse one
            np.save(Path(folder) / f"{place}.npy", array, allow_pickle=False)
    print(json.dumps(known))


if __name__ == "__main__":
    main(*sys.argv[1:])
