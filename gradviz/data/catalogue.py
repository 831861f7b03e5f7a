"""All datasets: importing this fills the table."""

from gradviz.data import letters, mnist, noise, points, reviews
from gradviz.data.reading import (
    arrays,
    huggingface,
    idx,
    images,
    jsonlines,
    sounds,
    table,
    texttable,
)
from gradviz.data.tables import DATASETS

__all__ = [
    "DATASETS",
    "arrays",
    "huggingface",
    "idx",
    "images",
    "jsonlines",
    "letters",
    "mnist",
    "noise",
    "points",
    "reviews",
    "sounds",
    "table",
    "texttable",
]
