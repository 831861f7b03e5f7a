"""What is raised where a model cannot take what it is given, when it is run all the same."""

from __future__ import annotations

from gradviz.errors import GradvizError


class MisfitError(RuntimeError):
    """What is wrong in plain words, and what torch said, if it came to that: a block that does not
    fit was reached, or there was text where numbers should be.
    """

    def __init__(self, problem: GradvizError, said: Exception | None = None) -> None:
        super().__init__(problem, said)
        self.problem, self.said = problem, said

    def __str__(self) -> str:
        told = " ".join(str(self.said).split()) if self.said is not None else ""
        return f"{self.problem} ({told})" if told else str(self.problem)
