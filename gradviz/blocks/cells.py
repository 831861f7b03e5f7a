"""An LSTM cell whose state comes as two tensors, as wires bring them."""

from __future__ import annotations

from torch import Tensor, nn


class LSTMStep(nn.LSTMCell):
    """One step of an LSTM, called with the hidden state and the cell one by one."""

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """The next hidden state and cell."""
        return super().forward(x, (h, c))
