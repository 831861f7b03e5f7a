"""The lanes of workers are those of torch."""

from __future__ import annotations

import pytest
from torch.utils.data import DataLoader

from gradviz.data.pipeline.lanes import Task, lanes, tasks
from gradviz.data.pipeline.watch import watch_loader
from gradviz.errors import UsageError
from tests.data.pipeline.corpus import Rows


def who(index: int) -> int:
    from torch.utils.data import get_worker_info

    worker = get_worker_info()
    assert worker is not None
    return worker.id


@pytest.mark.parametrize(("workers", "prefetch"), [(1, 1), (2, 1), (2, 2), (3, 2)])
@pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning")
def test_torch_deals_the_batches_out_so(workers: int, prefetch: int) -> None:
    loader = DataLoader(Rows(who, 8), batch_size=1, num_workers=workers, prefetch_factor=prefetch)
    dealt = tasks(8, workers=workers, prefetch_factor=prefetch)
    pipeline = watch_loader(loader)
    batches = iter(pipeline)
    for given in range(8):
        assert next(batches).item() == dealt[given].worker
        asked = [task.batch for task in dealt if task.after is None or task.after <= given]
        assert len(pipeline.epochs[-1].chosen) == len(asked)
    list(batches)


def test_batch_seven_of_three_workers() -> None:
    assert tasks(8, workers=3)[7] == Task(7, worker=1, after=1, behind=4)
    assert [[task.batch for task in lane] for lane in lanes(5, workers=2)] == [[0, 2, 4], [1, 3]]
    with pytest.raises(UsageError, match="num_workers"):
        tasks(8, workers=0)
