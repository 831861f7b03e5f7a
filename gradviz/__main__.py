"""``python -m gradviz`` and the ``gradviz`` program."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code.

    Threads of torch that wait for each other sleep: as they are, they spin, and on a machine with
    other work to do a small model then trains ten times slower. The numbers are the same.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when torch is loaded
    from gradviz.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
