"""All readers: importing this fills the table, each module with its own ops."""

from gradviz.importing.readers import activations, arithmetic, joining, layers, shaping
from gradviz.importing.readers.table import plain_name, said

__all__ = ["activations", "arithmetic", "joining", "layers", "plain_name", "said", "shaping"]
