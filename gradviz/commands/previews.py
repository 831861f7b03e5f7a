"""Pictures of the data, before there is a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.data.previews.told import LoaderTold
    from gradviz.spec.data import Part


def write_preview(
    workspace: Workspace,
    path: Path,
    *,
    batches: int = 3,
    part: Part = "train",
    theme: str = "auto",
    scale: float = 1.0,
) -> LoaderTold:
    """Show the first batches of the project's data, its transforms and the epoch in a file: svg,
    png, pdf, html. The model is not built, so the samples need not fit it.

    Gives what the page tells. Raises `BuildError` and `DataError` for data that cannot be made or
    fails, `UsageError` for files that are not trusted, and `OutputError`.
    """
    from msgspec.structs import replace

    from gradviz.data.loading import build_loader
    from gradviz.data.previews.loader import loader_told
    from gradviz.engine.catalogues.catalogues import catalogues_of
    from gradviz.engine.loop.seed import seeded
    from gradviz.render.previews.write import check_page, write_page

    check_page(path, theme=theme, scale=scale)
    project = workspace.require_project()
    data, seed = project.data, project.training.seed
    label = "" if data.reconstructs else data.target
    with seeded(seed):
        tables = catalogues_of(project, workspace.trusted).data
        loader = build_loader(data, seed=seed, tables=tables, part=part)
    with seeded(seed):  # as a run begins, so that what is random in its first batch is the same
        told = loader_told(loader, batches=batches, name=project.name, label=label)
    told = replace(told, dataset=data.dataset.kind)
    write_page(told, path, theme=theme, scale=scale)
    return told
