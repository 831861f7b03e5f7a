"""A sample that is asked for outside of any batch: to know its class, its length, its words."""

from __future__ import annotations

from typing import Any

from gradviz.data.counted import said
from gradviz.data.pipeline.lines import line_of_error
from gradviz.errors import DataError, GradvizError
from gradviz.i18n import N_


def sample_at(samples: Any, index: int) -> Any:
    """The sample of that index. Raises `DataError` for what the user's code raises."""
    try:
        return samples[index]
    except GradvizError:
        raise
    except (Exception, SystemExit) as error:
        source = line_of_error(error)
        raise DataError(
            N_("sample {index} cannot be had: {error}: {reason}"),
            where=f"{source.file}:{source.line}" if source else "$.data.dataset",
            mend=N_(
                "change the line that is named, or leave the sample out when the dataset is made"
            ),
            index=index,
            error=type(error).__name__,
            reason=said(error),
        ) from error


def part_at(samples: Any, index: int, key: Any) -> Any:
    """A part of the sample of that index. Raises `DataError` if it has none."""
    sample = sample_at(samples, index)
    try:
        return part_of(sample, key)
    except (LookupError, TypeError) as error:
        keys = sample if isinstance(sample, dict) else range(len(sample))
        raise DataError(
            N_("sample {index}, a {got}, has no part “{key}”"),
            where="$.data",
            mend=N_("name the keys of the samples as inputs and target; this one has: {keys}"),
            index=index,
            got=type(sample).__name__,
            key=key,
            keys=", ".join(map(str, keys)) or "–",
        ) from error


def part_of(sample: Any, key: Any) -> Any:
    """The input or the target of a sample: a part of a tuple, or what a dict has at a key. A sample
    of another form is all there is.
    """
    return sample[key] if isinstance(sample, tuple | list | dict) else sample
