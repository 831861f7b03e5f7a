"""The training of a project as a ``main``: loader, model, loss, optimizer, and the loop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from torch import nn

from gradviz.code.edits import EditCode
from gradviz.code.lines import Line, indented
from gradviz.code.loader import is_own
from gradviz.code.written import text_of, written
from gradviz.engine.catalogues.catalogues import Catalogues
from gradviz.spec.catalogue import Kind
from gradviz.spec.data import Data
from gradviz.spec.project import Device, LoopStep, Project, Training

CLOSURE = frozenset({"LBFGS"})
"""Optimizers that ask for the loss again."""
METRIC = frozenset({"ReduceLROnPlateau"})
"""Schedulers that are told the loss."""

_DEVICES: dict[Device, str] = {
    "cuda": '"cuda"',
    "mps": '"mps"',
    "auto": '"cuda" if torch.cuda.is_available() else '
    '"mps" if torch.backends.mps.is_available() else "cpu"',
}

_STEPS: dict[LoopStep, str] = {
    "zero_grad": "optimizer.zero_grad()",
    "forward": "{output} = model({star}inputs)",
    "loss": "loss = loss_fn({first}, target)",
    "backward": "loss.backward()",
    "step": "optimizer.step()",
}


class _Loop(Struct, frozen=True):
    """What a loop is written of. With a ``star`` the inputs of the model are a list; of ``several``
    outputs the loss takes the first.
    """

    training: Training
    edits: EditCode
    star: str
    data: Data
    several: bool = False

    def said(self, step: LoopStep) -> str:
        """The line of a step."""
        output, first = ("outputs", "outputs[0]") if self.several else ("output", "output")
        return _STEPS[step].format(star=self.star, output=output, first=first)


def training_of(
    project: Project, name: str, loader: Sequence[Line], catalogues: Catalogues, edits: EditCode
) -> str:
    """The function ``main`` of a project: ``name`` is the model's class, ``loader`` the lines that
    make the loader.
    """
    optimizers, schedulers = catalogues.optimizers, catalogues.schedulers
    own_data = is_own(project.data, catalogues)
    training = project.training
    seed = f"torch.manual_seed({training.seed})"
    others = [
        Line(f"random.seed({training.seed})"),
        Line(f"np.random.seed({training.seed % 2**32})"),
    ]
    others = others if own_data else []
    loss, optimizer = training.loss, training.optimizer
    params = {"params": "model.parameters()"}
    body = [
        Line('"""Train the model."""'),
        *([Line(seed), *others] if own_data else []),
        *loader,
        Line(""),
        Line(seed),
        *_model(training, name),
        Line(f"loss_fn = {_loss(catalogues.losses[loss.kind], training)}"),
        Line(f"optimizer = {written(optimizers[optimizer.kind], optimizer.settings, params).text}"),
    ]
    if training.scheduler is not None:
        kind, settings = schedulers[training.scheduler.kind], training.scheduler.settings
        made = written(kind, settings, {"optimizer": "optimizer"})
        body.append(Line(f"scheduler = {made.text}"))
    if edits.before_loop:
        body += [Line(""), *edits.before_loop]
    body += [Line(""), Line(f"{seed}  # however many numbers the model took"), *others]
    several = sum(block.kind == "Input" for block in project.model.blocks) > 1
    star = "*" if several else ""
    body += _loop(_Loop(training, edits, star, project.data, project.model.ends > 1))
    lines = [Line("def main(epochs: int = 1) -> None:"), *indented(body)]
    return "\n".join(line.text for line in lines)


def _loss(kind: Kind[nn.Module], training: Training) -> str:
    """The loss; a function of the user's has its settings put in before it is called, and a class
    may have tensors of its own.
    """
    text = written(kind, training.loss.settings).text
    if not kind.given:
        tensors = kind.home or "torch.tensor(" in text
        return f"{text}.to(device)" if tensors and training.device != "cpu" else text
    rest = text.removeprefix(f"{kind.name}(").removesuffix(")")
    return f"partial({kind.name}, {rest})" if rest else kind.name


def _model(training: Training, name: str) -> list[Line]:
    """The model, with its weights if they come from a file."""
    put = "" if training.device == "cpu" else ".to(device)"
    lines = [Line(f"device = torch.device({_DEVICES[training.device]})")] if put else []
    lines.append(Line(f"model = {name}(){put}{'.eval()' if training.evaluate else ''}"))
    if training.weights:
        file = text_of(Path(training.weights).name)
        lines.append(Line(f"model.load_state_dict(load_file({file}))"))
    return lines


def _loop(loop: _Loop) -> list[Line]:
    training, edits = loop.training, loop.edits
    counting = training.accumulate > 1 or edits.counts
    moved = "[each.to(device) for each in inputs]" if loop.star else "inputs.to(device)"
    move = Line(f"        inputs, target = {moved}, target.to(device)")
    lines = [Line("iteration = 0")] if counting else []
    lines += [
        Line("for epoch in range(epochs):"),
        *_batches(loop),
        *([] if training.device == "cpu" else [move]),
        *indented([*edits.each_iteration, *_iteration(loop)] or [Line("pass")], 2),
    ]
    if counting:
        lines.append(Line("        iteration += 1"))
    if "loss" in training.order:
        told = 'f"epoch {epoch + 1}: loss {loss.item():.4f}"'
        lines.append(Line(f"    print({told})"))
    return lines


def _batches(loop: _Loop) -> list[Line]:
    """The head of the loop over batches, and what of each the model and the loss are given."""
    data = loop.data
    if not data.inputs:
        return [Line(f"    for {loop.star}inputs, target in loader:")]
    parts = [f"batch[{text_of(key)}]" for key in data.inputs]
    inputs = f"[{', '.join(parts)}]" if loop.star else parts[0]
    return [
        Line("    for batch in loader:"),
        Line(f"        inputs, target = {inputs}, batch[{text_of(data.target)}]"),
    ]


def _iteration(loop: _Loop) -> list[Line]:
    """The steps of an iteration in their order."""
    training = loop.training
    if training.optimizer.kind in CLOSURE and "step" in training.order:
        return _with_closure(loop)
    return [line for step in training.order for line in _step(step, loop)]


def _with_closure(loop: _Loop) -> list[Line]:
    """The same for an optimizer that does what is before the step itself, as often as it wants."""
    training = loop.training
    at = training.order.index("step")
    before: Sequence[LoopStep] = training.order[:at]
    inside = [line for step in before for line in _step(step, loop)]
    return [
        Line("def closure() -> Tensor:"),
        *indented(inside),
        Line("    return loss"),
        Line(""),
        Line("loss = optimizer.step(closure)"),
        *_scheduled(training),
        *(line for step in training.order[at + 1 :] for line in _step(step, loop)),
    ]


def _step(step: LoopStep, loop: _Loop) -> list[Line]:
    training = loop.training
    lines = [Line(loop.said(step))]
    lines += _scheduled(training) if step == "step" else []
    if step == "backward":
        lines = [*loop.edits.before_backward, *lines]
    count = training.accumulate
    if count == 1 or step not in ("zero_grad", "step"):
        return lines
    due = "iteration" if step == "zero_grad" else "(iteration + 1)"
    return [Line(f"if {due} % {count} == 0:"), *indented(lines)]


def _scheduled(training: Training) -> list[Line]:
    if training.scheduler is None:
        return []
    told = "loss.item()" if training.scheduler.kind in METRIC else ""
    return [Line(f"scheduler.step({told})")]
