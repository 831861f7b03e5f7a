"""Gradients held against the slope of the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradviz.workspace import Workspace

if TYPE_CHECKING:
    from gradviz.engine.session.gradcheck import GradientCheck


def check_gradient(workspace: Workspace, param: str, elements: int = 6) -> GradientCheck:
    """Check the gradient of a parameter by finite differences, in the iteration at the cursor."""
    from gradviz.engine.session.gradcheck import check_gradient as checked

    check = checked(workspace.require_session(), param, elements=elements)
    workspace.checked(check)
    return check
