"""A project as one Python file that runs alone: data, model, training."""

from __future__ import annotations

import black

from gradviz.code.classes import docstring
from gradviz.code.dataset import dataset_of
from gradviz.code.imports import imports_for
from gradviz.code.model import class_name, classes_of
from gradviz.code.training import training_of
from gradviz.engine.building.build import checked
from gradviz.engine.catalogues.catalogues import Trust, agreed, catalogues_of
from gradviz.spec.project import Project

WIDTH = 100
"""Characters of a line."""


def to_python(project: Project, *, trust: Trust = False) -> str:
    """The project as PyTorch code, formatted: one class a composite, loops for repetitions, the
    data, and the training loop. It runs without gradviz and gives the same bits.

    The sample of letters, a file of weights, and Python files of the user's are read from beside
    the code. Raises `BuildError` for a project that cannot be built, `UsageError` for a file that
    is not trusted.
    """
    trusted = agreed(project, trust)
    planner = checked(project, trust=trusted)
    catalogues = catalogues_of(project, trusted)
    taken = [*(each.name for each in catalogues.blocks), *catalogues.homes, *planner.composites]
    name = class_name(project.name, taken)
    parts = ["\n".join(line.text for line in lines) for lines in classes_of(planner, name)]
    data = dataset_of(project.data, catalogues)
    training = training_of(project, name, data.call, catalogues)
    text = "\n\n\n".join(part for part in (data.definition, *parts, training, MAIN) if part)
    imports = imports_for(text, catalogues.homes)
    head = [docstring(project.note or project.name or "A model."), *imports]
    code = "\n".join([*head, "\n", text, ""])
    return black.format_str(code, mode=black.Mode(line_length=WIDTH))


MAIN = 'if __name__ == "__main__":\n    main()'
