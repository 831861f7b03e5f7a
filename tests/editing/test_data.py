"""Changes of a project's data."""

from __future__ import annotations

import pytest

from gradviz.editing.data import add_transform, move_transform, remove_transform, set_split
from gradviz.editing.training import choose, reset_part, set_part, set_project
from gradviz.engine.catalogues.catalogues import CATALOGUES
from gradviz.errors import BuildError, UsageError
from gradviz.resources import assets
from gradviz.spec.codec import load
from gradviz.spec.data import Split
from gradviz.spec.model import Choice
from gradviz.spec.project import Project


@pytest.fixture
def project() -> Project:
    return load(assets() / "examples" / "letters_cnn.gradviz")


def test_transforms_are_a_list_in_order(project: Project) -> None:
    for _ in range(3):
        project = add_transform(project, "transforms", "Normalize", CATALOGUES)
    project = set_part(project, "transforms.1", "mean", [0.25], CATALOGUES)
    middle = Choice("Normalize", {"mean": [0.25]})
    assert project.data.transforms[1] == middle
    assert move_transform(project, "transforms", 1, -1).data.transforms[0] == middle
    assert move_transform(project, "transforms", 1, 1).data.transforms[2] == middle
    assert move_transform(project, "transforms", 0, -1) == project
    assert middle not in remove_transform(project, "transforms", 1).data.transforms
    assert reset_part(project, "transforms.1", "mean").data.transforms[1] == Choice("Normalize")
    with pytest.raises(BuildError, match="there is no transform"):
        add_transform(project, "transforms", "Normalise it", CATALOGUES)


def test_a_sampler_takes_the_place_of_shuffle(project: Project) -> None:
    assert project.data.shuffle
    chosen = choose(project, "sampler", "Random", CATALOGUES)
    assert (chosen.data.sampler, chosen.data.shuffle) == (Choice("Random"), False)
    assert choose(chosen, "sampler", "", CATALOGUES).data.sampler is None
    joined = choose(project, "collate", "Pad", CATALOGUES)
    assert joined.data.collate == Choice("Pad")
    assert joined.data.shuffle


def test_a_split_is_there_as_long_as_something_is_kept_out(project: Project) -> None:
    split = set_split(project, "validation", 0.2)
    assert split.data.split == Split(0.2, 0.0, 0)
    split = set_split(set_split(split, "test", 0.1), "seed", 4)
    assert split.data.split == Split(0.2, 0.1, 4)
    assert set_split(set_split(split, "test", 0), "validation", 0).data.split is None
    with pytest.raises(UsageError, match="validation"):
        set_split(project, "validation", -1)


def test_keys_of_dicts(project: Project) -> None:
    named = set_project(project, "inputs", ["text", "length"])
    named = set_project(named, "target", "label")
    assert (named.data.inputs, named.data.target) == (("text", "length"), "label")
