"""Names that cannot be, refused in words with their place."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from gradviz.blocks.catalogue import BLOCKS
from gradviz.code.dataset import dataset_of
from gradviz.code.definitions import definitions, made
from gradviz.code.imports import HOMES
from gradviz.code.written import written
from gradviz.data.catalogue import DATASETS, TABLES
from gradviz.data.reconstruction import Reconstruction
from gradviz.data.transformed import Compose, Transformed
from gradviz.data.transforms import torchvisions
from gradviz.errors import ProjectError
from gradviz.spec.catalogue import Kind
from gradviz.spec.check import check_model
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Composite, Model
from gradviz.spec.reserved import DEFINED, IMPORTED, OF_CLASSES
from tests.blocks.test_catalogue import SETTINGS


def test_all_that_code_imports_is_reserved() -> None:
    assert set(HOMES) == IMPORTED


def test_all_that_code_defines_is_reserved() -> None:
    datasets = [dataset_of(Data(Choice(kind.name), target="input")) for kind in DATASETS]
    calls = [kind for kind in BLOCKS if kind.sort == "operation"]
    needed = {
        name
        for kind in calls
        for name in written(
            kind, SETTINGS.get(kind.name, {}), {each: each for each in kind.inputs}
        ).needs
    }
    defined = {
        node.name
        for data in datasets
        for node in ast.parse(data.definition).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    data = {name for table in TABLES.all[1:] for kind in table for name in _defined(kind)}
    data |= {*definitions(Transformed), *definitions(Compose), *definitions(Reconstruction)}
    assert defined | needed | data == DEFINED
    assert DEFINED < OF_CLASSES


def _defined(kind: Kind[Any]) -> set[str]:
    """What the code of an entry defines; a setting that must be given is taken for it."""
    needed = {"size": 8, "length": 4, "degrees": 10.0, "classes": 3, "kernel_size": 3}
    settings = {name: needed[name] for name in needed if name in kind.form.__struct_fields__}
    if kind.make.__module__ == torchvisions.__name__:
        return set()
    return set(made(kind, settings, {each: each for each in kind.given}).needs)


def with_composite(name: str = "Part", block: str = "fc", **parameters: int) -> Model:
    composite = Composite(
        name=name,
        parameters=dict(parameters),
        blocks=(Block("x", "Input"), Block(block, "ReLU"), Block("y", "Output")),
    )
    return Model((Block("x", "Input", {"shape": [2]}),), (), (composite,))


def test_usual_names_pass() -> None:
    check_model(with_composite("Stage", "conv1", channels=3))


@pytest.mark.parametrize(
    "name", ["Tensor", "nn", "torch", "int", "super", "main", "F", "self", "moons", "diagonal"]
)
def test_a_composite_is_not_called_like_what_its_code_uses(name: str) -> None:
    with pytest.raises(ProjectError, match=r"composites\[0\].name"):
        check_model(with_composite(name))


@pytest.mark.parametrize("name", ["self", "index", "nn", "__x", "class", "ﬁ", "a b", "Part"])
def test_a_parameter_is_not_called_like_what_its_code_uses(name: str) -> None:
    with pytest.raises(ProjectError, match=r"composites\[0\]"):
        check_model(with_composite(**{name: 1}))


@pytest.mark.parametrize("name", ["__conv", "ﬁ", "", "1a", "for", "a.b"])
def test_a_block_has_a_name_that_python_takes_as_it_is(name: str) -> None:
    with pytest.raises(ProjectError):
        check_model(with_composite(block=name))
