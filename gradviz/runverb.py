"""The verb of the command line that trains: iterations under the recorder, or whole epochs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradviz import commands
from gradviz.errors import UsageError
from gradviz.helptext import Verb, option
from gradviz.i18n import N_
from gradviz.options import project, shared, theme, trust, weights
from gradviz.spec.breakpoints import Breakpoint
from gradviz.verbs import finish, opened, print_json, started, tell_events

if TYPE_CHECKING:
    from gradviz.engine.stops.reasons import Stop


@click.command("run", cls=Verb, help=N_(
    "Run training iterations and print what happened.\n\n"
    "The events of the last iteration are printed as a table, phase by phase. With --until the run "
    "stops at the first event for which a condition is true, and so does the table.\n\n"
    "A condition may ask for index, iteration, phase, event, op, node, module, param, buffer, "
    "shape, dtype, lr, loss, value_norm, grad_norm, update_norm, min, max, mean and bad (how many "
    "elements came out NaN or infinite), as in: phase == \"backward\" and grad_norm > 100\n\n"
    "With --epochs it trains at full speed and records nothing: a row an epoch, and after each the "
    "samples that the project keeps out for validation. Ctrl+C ends it after the batch under way, "
    "and what there is by then is kept."
))  # fmt: skip
@project()
@option("--iterations", type=click.IntRange(1), metavar="N",
        help=N_("How many training iterations to run: 1, or up to 1000 with --until."))  # fmt: skip
@option("--until", metavar="CONDITION",
        help=N_("Stop where this is true, such as “grad_norm > 100”."))  # fmt: skip
@option("--epochs", type=click.IntRange(1), metavar="N",
        help=N_("Train for N passes over the samples, and validate after each."))  # fmt: skip
@option("--plot", type=click.Path(path_type=Path), metavar="FILE",
        help=N_("With --epochs: draw losses and accuracies, as .svg, .png or .pdf."))  # fmt: skip
@theme
@option("--trace", type=click.Path(path_type=Path), metavar="FILE",
        help=N_("Write the trace here: with every value if the name ends in .gvtrace, else "
                "its events as JSON lines."))  # fmt: skip
@option("--as-far", is_flag=True,
        help=N_("Run a model that does not fit up to the block that fails, to see where and "
                "why."))  # fmt: skip
@trust
@weights
@option("--save-weights", type=click.Path(path_type=Path), metavar="FILE",
        help=N_("Write the model's weights as they are then, as safetensors."))  # fmt: skip
@shared
def run(
    project: Path,
    iterations: int | None,
    until: str | None,
    epochs: int | None,
    plot: Path | None,
    theme: str,
    trace: Path | None,
    as_far: bool,
    trust: bool,
    weights: Path | None,
    save_weights: Path | None,
    as_json: bool,
) -> int:
    """``gradviz run``."""
    breakpoint = None if until is None else Breakpoint("expression", until)
    written = ((trace, "--trace"), (save_weights, "--save-weights"), (plot, "--plot"))
    for target, option_ in written:
        if target is not None and target.exists() and target.samefile(project):
            raise UsageError(
                N_("this would overwrite the project"),
                where=option_,
                mend=N_("choose another name"),
            )
    if epochs is not None:
        from gradviz.epochsrun import Wanted, check_alone, run_epochs

        check_alone(iterations=iterations, until=until, trace=trace, as_far=as_far)
        wanted = Wanted(plot, save_weights, theme)
        workspace = opened(project, trust=trust, weights=weights)
        return run_epochs(workspace, epochs, wanted, as_json=as_json)
    if plot is not None:
        raise UsageError(
            N_("there is something to plot only after whole epochs"),
            where="--plot",
            mend=N_("say how many: --epochs 8"),
        )
    begin = commands.start_as_far if as_far else partial(commands.start, workers=True)
    workspace = started(project, trust=trust, weights=weights, begin=begin)
    stop = None
    if breakpoint is None:
        commands.run(workspace, iterations or 1)
    else:
        workspace.require_session().breakpoints.clear()
        stop = commands.run_until(workspace, breakpoint, iterations=iterations or 1000)
    files = []
    if trace is not None:
        commands.write_trace(workspace, trace)
        files.append(trace)
    if save_weights is not None:
        commands.save_weights(workspace, save_weights)
        files.append(save_weights)
    if as_json:
        print_json(workspace, files, stop=None if stop is None else _plain(stop))
    else:
        told = tell_events(workspace)
        if stop is not None:
            told.stop(stop)
        told.files(files)
    return finish(workspace)


def _plain(stop: Stop) -> dict[str, Any]:
    event = stop.event
    return {
        "hit": stop.hit,
        "event": event.index,
        "iteration": event.iteration,
        "phase": event.phase,
        "why": stop.why,
    }
