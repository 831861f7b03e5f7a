"""Images and labels in IDX files, wherever they lie."""

from __future__ import annotations

from pathlib import Path

from gradviz.data.idx import read_idx
from gradviz.data.mnist import IdxImages
from gradviz.data.reading.files import found
from gradviz.data.tables import DATASETS


@DATASETS.add("files")
def IDX(images: str = "", labels: str = "", classes: tuple[str, ...] = ()) -> IdxImages:
    """Grey images and their labels from two IDX files of yours, as MNIST has them; they may be
    gzipped. Without names, the classes are called by their numbers.
    """
    files = [Path(found(each).path) for each in (images, labels)]
    if not classes:
        numbers = read_idx(files[1])
        classes = tuple(map(str, range(int(numbers.max()) + 1 if numbers.size else 0)))
    return IdxImages(files[0], files[1], classes)
