"""Write ``digits.npz`` from scikit-learn's ``digits.csv.gz``.

Take that file out of a wheel of scikit-learn (``sklearn/datasets/data/digits.csv.gz``) and run
``python assets/digits/make_digits.py digits.csv.gz``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def main(source: str) -> None:
    """A row is 64 pixels, and the digit that they show."""
    rows = np.loadtxt(source, delimiter=",", dtype=np.uint8)
    images, labels = rows[:, :-1].reshape(-1, 8, 8), rows[:, -1]
    np.savez_compressed(HERE / "digits.npz", images=images, labels=labels)


if __name__ == "__main__":
    main(*sys.argv[1:])
