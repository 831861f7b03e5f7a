"""What training has come to, in sentences and in rows of a table."""

from __future__ import annotations

from gradviz.explain.rows import number
from gradviz.i18n import gettext as _
from gradviz.trace.epochs import Epoch, History


def sentences(history: History) -> list[str]:
    """How good the model is after its last epoch, when it was better, and what ended the training
    before its time; none of an empty history.
    """
    told = []
    last, best = history.last, history.best
    if last is not None and (last.whole or last.validation_loss is not None):
        told.append(_result(history, last))
        if best is not None and best != last:
            text = _("The validation loss was lowest after epoch {epoch}: {loss}.")
            told.append(text.format(epoch=best.epoch, loss=number(best.validation_loss)))
    if history.ended == "nan":
        text = _("The loss is NaN in iteration {iteration} (epoch {epoch}): training ended there.")
        told.append(text.format(iteration=history.diverged, epoch=len(history.epochs)))
    elif history.ended == "interrupted":
        text = _("Training was stopped in epoch {epoch}, after {count} iterations in all.")
        count = history.epochs[-1].iterations if history.epochs else 0
        told.append(text.format(epoch=max(1, len(history.epochs)), count=count))
    return told


def cells(epoch: Epoch) -> list[str]:
    """An epoch as a row: see `headings`."""
    return [
        str(epoch.epoch),
        str(epoch.iterations),
        number(epoch.train_loss),
        percent(epoch.train_accuracy),
        number(epoch.validation_loss),
        percent(epoch.validation_accuracy),
        f"{epoch.seconds:.1f} s",
    ]


def headings() -> list[str]:
    """What the cells of a row are."""
    return [
        _("epoch"),
        _("iterations"),
        _("training loss"),
        _("accuracy"),
        _("validation loss"),
        _("accuracy"),
        _("time"),
    ]


def percent(share: float | None) -> str:
    """A share as a percentage; empty for None."""
    return "" if share is None else f"{100 * share:.1f} %"


def _result(history: History, last: Epoch) -> str:
    facts = {
        "share": percent(last.validation_accuracy),
        "count": f"{history.samples:,}",
        "judged": f"{history.judged:,}",
        "epoch": last.epoch,
        "guess": percent(history.guessing),
        "loss": number(last.validation_loss),
    }
    if last.validation_loss is None:
        text = _("The training loss is {loss} after epoch {epoch}; nothing was validated.")
        facts["loss"] = number(last.train_loss)
    elif last.validation_accuracy is None:
        text = _("The loss on the {count} validation samples is {loss} after epoch {epoch}.")
    elif history.judged == history.samples:
        text = _("{share} of the {count} validation samples are right after epoch {epoch} "
                 "(guessing the commonest class: {guess}).")  # fmt: skip
    else:
        text = _("{share} of the {judged} answers on the {count} validation samples are right "
                 "after epoch {epoch} (guessing the commonest class: {guess}).")  # fmt: skip
    return text.format(**facts)
