"""A project as one Python file that runs alone: data, model, training."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from gradviz.code.classes import docstring
from gradviz.code.dataset import dataset_of
from gradviz.code.edits import Edit, edits_as_code, with_files_beside
from gradviz.code.imports import imports_for
from gradviz.code.lines import Line
from gradviz.code.listing import Listing, formatted
from gradviz.code.loader import loader_of
from gradviz.code.model import class_name, classes_of, kinds_used
from gradviz.code.training import CLOSURE, training_of
from gradviz.code.wrapped import homes_of, libraries, seeded, whole_modules
from gradviz.engine.building.build import checked
from gradviz.engine.catalogues.catalogues import Catalogues, Trust, agreed, catalogues_of
from gradviz.engine.catalogues.trusted import Trusted
from gradviz.engine.session.session import Session
from gradviz.spec.catalogue import Table
from gradviz.spec.codec import check_project
from gradviz.spec.model import Choice
from gradviz.spec.project import Project


def to_python(project: Project, *, trust: Trust = False) -> str:
    """The project as PyTorch code, formatted: one class a composite, loops for repetitions, the
    data, and the training loop with the hooks of its edits. It runs without gradviz and gives the
    same bits.

    The sample of letters, a file of weights, and Python files of the user's are read from beside
    the code. Raises `BuildError` for a project that cannot be built, `UsageError` for a file that
    is not trusted.
    """
    return listing(project, trust=trust).text


def listing(project: Project, *, trust: Trust = False) -> Listing:
    """The same, and which of its lines are of which blocks."""
    check_project(project)
    trusted = agreed(project, trust)
    planner = checked(project, trust=trusted)
    catalogues = catalogues_of(project, trusted)
    homes = {**catalogues.homes, **homes_of(planner)}
    taken = [*(each.name for each in catalogues.blocks), *homes, *planner.composites]
    name = class_name(project.name, taken)
    _check_choices(project, catalogues)
    data = dataset_of(project.data, catalogues)
    once = project.training.optimizer.kind not in CLOSURE
    edits = edits_as_code(_completed(project, trusted), once=once)
    loader = loader_of(project.data, project.training.seed, data.call, catalogues)
    training = training_of(project, name, loader.lines, catalogues, edits)
    parts = [*classes_of(planner, name), _lines(training), _lines(MAIN)]
    definitions = [data.definition] if data.definition else []
    parts = [*(_lines(each) for each in (*definitions, *loader.needs.values())), *parts]
    body = [line for part in parts for line in (*part, Line(""), Line(""))]
    text = "\n".join(line.text for line in body)
    used = kinds_used(project.model)
    more = (*edits.imports, *whole_modules(planner, used))
    imports = imports_for(text, homes, more, libraries=libraries(planner))
    imports = seeded(imports, planner, used)
    head = [docstring(project.note or project.name or "A model."), *imports]
    start = [line for each in head for line in _lines(each)]
    return formatted([*start, Line(""), *body], name)


def _check_choices(project: Project, catalogues: Catalogues) -> None:
    """Raise `BuildError` for an entry that there is not, or a wrong setting of one."""
    training = project.training
    choices: list[tuple[Table[Any], Choice | None, str]] = [
        (catalogues.losses, training.loss, "$.training.loss"),
        (catalogues.optimizers, training.optimizer, "$.training.optimizer"),
        (catalogues.schedulers, training.scheduler, "$.training.scheduler"),
        (catalogues.data.datasets, project.data.dataset, "$.data.dataset"),
        (catalogues.data.samplers, project.data.sampler, "$.data.sampler"),
        (catalogues.data.collates, project.data.collate, "$.data.collate"),
        *(
            (catalogues.data.transforms, choice, f"$.data.{name}[{place}]")
            for name in ("transforms", "target_transforms")
            for place, choice in enumerate(getattr(project.data, name))
        ),
    ]
    for table, choice, where in choices:
        if choice is not None:
            table.kind(choice.kind, where=where).checked(choice.settings, where=where)


def _lines(text: str) -> list[Line]:
    return [Line(each) for each in text.split("\n")]


def _completed(project: Project, trusted: Trusted) -> tuple[Edit, ...]:
    """The edits as a session of the project puts them on, which knows the model's places."""
    if not project.edits:
        return ()
    training = replace(project.training, device="cpu", weights="")
    alike = replace(project, training=training)
    return with_files_beside(Session.from_project(alike, trust=trusted).edits)


MAIN = 'if __name__ == "__main__":\n    main()'
