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
        self._modules: dict[int, str] = {}
        if model is not None:
            for path, module in model.named_modules():
                self._modules[id(module)] = path
                self._held.append(module)
            for name, parameter in model.named_parameters():
                self._put(name, parameter)
            self.refresh_buffers(model)

    def refresh_buffers(self, model: nn.Module) -> None:
        """Learn the model's buffers; a buffer can be replaced by another tensor at any time."""
        self.buffers = dict(model.named_buffers())

    def leaf(self, tensor: Tensor) -> str | None:
        """The name of a leaf that is known already."""
        return self._names.get(id(tensor))

    def learn(self, tensor: Tensor) -> str:
        """The name of a leaf; one that no module owns is called ``leaf#1``, ``leaf#2`` …"""
        name = self.leaf(tensor)
        if name is None:
            strays = sum(name.startswith("leaf#") for name in self.leaves)
            name = f"leaf#{strays + 1}"
            self._put(name, tensor)
        return name

    def module(self, module: nn.Module) -> str:
        """The path of a module in the model, or its class name if it is not part of it."""
        path = self._modules.get(id(module))
        return type(module).__name__ if path is None else path

    def owns(self, module: nn.Module) -> bool:
        """Whether the module is the model or a part of it."""
        return id(module) in self._modules

    def _put(self, name: str, tensor: Tensor) -> None:
        self._names[id(tensor)] = name
        self.leaves[name] = tensor
        self._met(name, tensor)
