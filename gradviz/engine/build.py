"""From a project to live torch objects: the module, the loss, the optimizer."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn, optim

from gradviz.arguments import check_type
from gradviz.blocks.catalogue import BLOCKS, LOSSES, OPTIMIZERS
from gradviz.engine.seed import seeded
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.check import block_of, check_model, order
from gradviz.spec.project import Block, Model, Project, Training


class Step:
    """One block in the order of execution, with the names of the blocks that feed its inputs."""

    def __init__(self, block: Block, sources: tuple[str, ...]) -> None:
        self.block = block
        self.sources = sources


class BlockModel(nn.Module):
    """A model of blocks: each block is a submodule of the same name.

    ``forward`` takes one tensor for each Input block, in the project's order, and gives the value
    of the Output block (a tuple where there are several).
    """

    def __init__(self, steps: tuple[Step, ...], modules: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.steps = steps
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        waiting = iter(inputs)
        values: dict[str, Tensor] = {}
        outputs: list[Tensor] = []
        for step in self.steps:
            name = step.block.name
            if step.block.kind == "Input":
                values[name] = next(waiting)
            elif step.block.kind == "Output":
                outputs.append(values[step.sources[0]])
            else:
                module = self.get_submodule(name)
                values[name] = module(*[values[source] for source in step.sources])
        return outputs[0] if len(outputs) == 1 else tuple(outputs)


def build(project: Project) -> BlockModel:
    """The project's model, initialised from its seed as torch's layers initialise themselves.

    Raises `BuildError` that names the block. The shapes are checked by `gradviz.engine.shapes`.
    """
    from gradviz.engine.shapes import infer_shapes

    check_type(project, Project, where="project", mend=N_("read it first: gradviz.load(path)"))
    check_model(project.model)
    infer_shapes(project.model)
    with seeded(project.training.seed):
        return _model(project.model)


def build_loss(training: Training) -> nn.Module:
    """The loss module. Raises `BuildError`."""
    loss = training.loss
    return LOSSES.made(loss.kind, loss.settings, where="$.training.loss")


def build_optimizer(training: Training, model: nn.Module) -> optim.Optimizer:
    """The optimizer over all parameters of the model. Raises `BuildError`."""
    choice = training.optimizer
    where = "$.training.optimizer"
    parameters = list(model.parameters())
    if not parameters:
        raise BuildError(
            N_("the model has no parameters, so there is nothing to train"),
            where=where,
            mend=N_("add a layer with weights, such as Linear"),
        )
    try:
        return OPTIMIZERS.made(choice.kind, choice.settings, where=where, params=parameters)
    except ValueError as error:
        raise BuildError(
            N_("{kind} does not accept these settings: {reason}"),
            where=where,
            mend=N_("change them in the project"),
            kind=choice.kind,
            reason=error,
        ) from error


def plan(model: Model) -> tuple[Step, ...]:
    """The blocks in the order of execution. Raises `BuildError` for an unconnected input."""
    blocks = {block.name: block for block in model.blocks}
    kinds = {
        block.name: BLOCKS.kind(block.kind, where=f"$.model.blocks[{i}]")
        for i, block in enumerate(model.blocks)
    }
    feeds: dict[tuple[str, str], str] = {}
    for i, wire in enumerate(model.wires):
        name = block_of(wire.target)
        ports = kinds[name].inputs
        port = wire.target.partition(".")[2] or (ports[0] if len(ports) == 1 else "")
        if port not in ports:
            raise BuildError(
                N_("{kind} has no input “{port}”"),
                where=f"$.model.wires[{i}].to",
                mend=N_("its inputs are: {ports}"),
                kind=kinds[name].name,
                port=wire.target,
                ports=", ".join(f"{name}.{port}" for port in ports) or "-",
            )
        feeds[name, port] = block_of(wire.source)
    steps = []
    for name in order(model):
        for port in kinds[name].inputs:
            if (name, port) not in feeds:
                raise BuildError(
                    N_("nothing is connected to the input “{port}”"),
                    block=name,
                    mend=N_("draw a wire to it, or remove the block"),
                    port=port,
                )
        sources = tuple(feeds[name, port] for port in kinds[name].inputs)
        steps.append(Step(blocks[name], sources))
    for kind in ("Input", "Output"):
        if all(step.block.kind != kind for step in steps):
            raise BuildError(
                N_("the model has no {kind} block"),
                where="$.model.blocks",
                mend=N_("add one"),
                kind=kind,
            )
    return tuple(steps)


def made(block: Block) -> nn.Module:
    """The module of one block. Raises `BuildError`."""
    return BLOCKS.made(block.kind, block.settings, where=block.name)


def _model(model: Model) -> BlockModel:
    steps = plan(model)
    taken = BlockModel(steps, {})
    modules: dict[str, nn.Module] = {}
    for step in steps:
        if step.block.kind in ("Input", "Output"):
            continue
        if hasattr(taken, step.block.name):
            raise BuildError(
                N_("“{name}” is a name that every nn.Module uses itself"),
                block=step.block.name,
                mend=N_("give the block another name"),
                name=step.block.name,
            )
        try:
            modules[step.block.name] = made(step.block)
        except (RuntimeError, MemoryError) as error:
            raise BuildError(
                N_("{kind} cannot be made: {reason}"),
                block=step.block.name,
                mend=N_("make its sizes smaller"),
                kind=step.block.kind,
                reason=str(error).partition("\n")[0] or type(error).__name__,
            ) from error
    return BlockModel(steps, modules)
