"""The names of parameters, buffers and other leaves, and of modules."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn


class Names:
    """Objects by identity. Each one is held, so that an id cannot be given out twice.

    ``met`` is called with every leaf that gets a name, before anything happens to it.
    """

    def __init__(
        self,
        model: nn.Module | None,
        met: Callable[[str, Tensor], None] = lambda _name, _leaf: None,
    ) -> None:
        self._met = met
        self._names: dict[int, str] = {}
        self._held: list[object] = []
        self.leaves: dict[str, Tensor] = {}
        self.buffers: dict[str, Tensor] = {}
        self._strays = 0
        self._modules: dict[int, str] = {}
        self._strange: dict[int, int] = {}
        if model is not None:
            self._learn_model(model)

    def refresh_buffers(self, model: nn.Module) -> None:
        """Learn the model's buffers; a buffer can be replaced by another tensor at any time."""
        self._learn_buffers(list(model.named_modules()))

    def leaf(self, tensor: Tensor) -> str | None:
        """The name of a leaf that is known already."""
        return self._names.get(id(tensor))

    def learn(self, tensor: Tensor) -> str:
        """The name of a leaf; one that no module owns is called ``leaf#1``, ``leaf#2`` …"""
        name = self._names.get(id(tensor))
        if name is None:
            self._strays += 1
            name = f"leaf#{self._strays}"
            self._put(name, tensor)
        return name

    def assign(self, name: str, parameter: Tensor) -> None:
        """A module has another parameter under this name from now on."""
        before = self.leaves.get(name)
        if before is not None:
            del self._names[id(before)]
        self._put(name, parameter)

    def module(self, module: nn.Module) -> str:
        """The path of a module in the model, or its class name if it is not part of it."""
        path = self._modules.get(id(module))
        return type(module).__name__ if path is None else path

    def module_id(self, module: nn.Module) -> str:
        """The same, but no two modules have one: those of no model are counted, ``Linear@2``."""
        if id(module) not in self._modules:
            number = self._strange.get(id(module))
            if number is None:
                number = self._strange[id(module)] = len(self._strange) + 1
                self._held.append(module)
            return f"{type(module).__name__}@{number}"
        return self._modules[id(module)]

    def owns(self, module: nn.Module) -> bool:
        """Whether the module is the model or a part of it."""
        return id(module) in self._modules

    def member(self, module: nn.Module, name: str) -> str | None:
        """The full name of a module's parameter or buffer; None if it is not part of the model."""
        path = self._modules.get(id(module))
        return f"{path}.{name}" if path else None if path is None else name

    def _learn_model(self, model: nn.Module) -> None:
        """In one walk what `named_modules`, `named_parameters` and `named_buffers` tell: of what
        is shared, the first name.
        """
        modules = list(model.named_modules())
        self._held += modules
        for path, module in modules:
            self._modules[id(module)] = path
            for name, parameter in module._parameters.items():
                if parameter is not None and id(parameter) not in self._names:
                    self._put(f"{path}.{name}" if path else name, parameter)
        self._learn_buffers(modules)

    def _learn_buffers(self, modules: list[tuple[str, nn.Module]]) -> None:
        self.buffers = {}
        seen = set()
        for path, module in modules:
            for name, buffer in module._buffers.items():
                if buffer is not None and id(buffer) not in seen:
                    seen.add(id(buffer))
                    self.buffers[f"{path}.{name}" if path else name] = buffer

    def _put(self, name: str, tensor: Tensor) -> None:
        self._names[id(tensor)] = name
        self._held.append(tensor)
        self.leaves[name] = tensor
        self._met(name, tensor)
