"""A project as one Python file that runs alone: data, model, training."""

from __future__ import annotations

import black

from gradviz.code.classes import docstring
from gradviz.code.dataset import dataset_of
from gradviz.code.imports import imports_for
from gradviz.code.model import class_name, classes_of
from gradviz.code.training import training_of
from gradviz.engine.building.build import checked
from gradviz.spec.project import Project

WIDTH = 100
"""Characters of a line."""


def to_python(project: Project) -> str:
    """The project as PyTorch code, formatted: one class a composite, loops for repetitions, the
    data, and the training loop. It runs without gradviz and gives the same bits.

    The sample of letters and a file of weights are read from beside the code. Raises `BuildError`
    for a project that cannot be built.
    """
    checked(project)
    name = class_name(project.name, [each.name for each in project.model.composites])
    parts = ["\n".join(line.text for line in lines) for lines in classes_of(project.model, name)]
    data = dataset_of(project.data)
    training = training_of(project, name, data.call)
    text = "\n\n\n".join([data.definition, *parts, training, MAIN])
    head = [docstring(project.note or project.name or "A model."), *imports_for(text)]
    code = "\n".join([*head, "\n", text, ""])
    return black.format_str(code, mode=black.Mode(line_length=WIDTH))


MAIN = 'if __name__ == "__main__":\n    main()'
