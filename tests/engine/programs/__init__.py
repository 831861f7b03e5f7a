"""Training programs as people write them, each a function of nothing that returns what it made."""

from tests.engine.programs import autograd, models, training
from tests.engine.programs.table import PROGRAMS, Outcome

__all__ = ["PROGRAMS", "Outcome", "autograd", "models", "training"]
