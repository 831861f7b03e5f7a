"""Names that the code of a model uses for something else, so nothing of the user's has them."""

from __future__ import annotations

import builtins

IMPORTED = frozenset(
    {
        *(
            "Any",
            "DataLoader",
            "Dataset",
            "F",
            "Image",
            "Iterator",
            "Path",
            "PurePosixPath",
            "Tensor",
        ),
        *("Iterable", "csv", "json", "load_from_disk", "loadmat", "pq", "soundfile"),
        *("TensorDataset", "init", "io", "load_file", "lr_scheduler", "math", "nn", "np", "optim"),
        *("deepcopy", "gzip", "partial", "tarfile", "torch"),
    }
)
"""What exported code imports."""
DEFINED = frozenset(
    {
        *("IdxImages", "LabelledTensors", "LabelledTexts", "LetterImages", "Reconstruction"),
        *("circles", "clouds", "diagonal", "digits", "expression", "five_words", "glottal_flow"),
        *("latent", "line", "logistic", "moon_pairs", "moons", "names", "noise", "random_tensors"),
        *("real_or_fake", "resonated", "reviews", "sentences", "spirals", "tokens", "tones"),
        *("waves", "xor"),
        *("ArraySamples", "FolderImages", "FolderSounds", "JsonSamples", "TableSamples"),
        *("TextSamples", "saved_samples", "table_rows"),
    }
)
"""What exported code defines itself: its dataset, and blocks that are functions."""
OF_ARGUMENTS = IMPORTED | frozenset(dir(builtins)) | {"index", "main", "part", "self"}
"""What no parameter of a composite may be called: it becomes an argument of ``__init__``, where
these mean something. A formula's ``index`` is the number of a repetition.
"""
OF_CLASSES = OF_ARGUMENTS | DEFINED
"""What no composite may be called: it becomes a class beside these."""
