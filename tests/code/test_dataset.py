"""The dataset in the code that is exported."""

from __future__ import annotations

from gradviz.code.dataset import dataset_of
from gradviz.spec.data import Data
from gradviz.spec.model import Choice


def test_a_function_has_the_types_of_its_arguments() -> None:
    settings = {"shapes": [[3, 8, 8]], "classes": 4}
    code = dataset_of(Data(Choice("RandomTensors", settings)))
    assert "def random_tensors(shapes: tuple[tuple[int, ...], ...], " in code.definition
    assert code.call == "random_tensors(shapes=((3, 8, 8),), classes=4)"
