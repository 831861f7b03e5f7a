"""All datasets: importing this fills the table."""

from gradviz.data import letters, mnist, noise, points, reviews
from gradviz.data.tables import DATASETS

__all__ = ["DATASETS", "letters", "mnist", "noise", "points", "reviews"]
