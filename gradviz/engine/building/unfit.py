"""What is raised where a model does not fit, when it is run all the same."""

from __future__ import annotations

from gradviz.errors import BuildError


class MisfitError(RuntimeError):
    """A block that does not fit was reached: what is wrong with it in plain words, and what torch
    said, if it came to that.
    """

    def __init__(self, problem: BuildError, said: Exception | None = None) -> None:
        super().__init__(problem, said)
        self.problem, self.said = problem, said

    def __str__(self) -> str:
        told = " ".join(str(self.said).split()) if self.said is not None else ""
        return f"{self.problem} ({told})" if told else str(self.problem)
