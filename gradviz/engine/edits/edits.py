"""Edits in a running loop: made whole, checked, put on for an iteration and taken off after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from msgspec.structs import replace

from gradviz.engine.catalogues.trusted import Trusted
from gradviz.engine.edits import valueedits
from gradviz.engine.edits.gradhooks import GradHook
from gradviz.engine.edits.gradplaces import POSSIBLE, canonical, kind_of
from gradviz.engine.edits.newvalues import Edit
from gradviz.engine.loop.loop import Batch, Loop
from gradviz.engine.record.recorder import Recorder
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.spec.hookcode import default_via


class Editing:
    """What the edits of a run need: the files that are trusted, and the settings to put back."""

    def __init__(self) -> None:
        self.trusted = Trusted()
        self._before: dict[str, list[valueedits.Setting]] = {}

    def completed(self, edit: Edit, loop: Loop, *, iteration: int) -> Edit:
        """The edit with its hook and its first iteration filled in.

        Raises `UsageError` for a place that the model does not have, a hook that cannot be there,
        or a file that is not trusted.
        """
        first = iteration if edit.first is None else edit.first
        if isinstance(edit, ValueEdit):
            edit = _completed_value(edit, loop, first)
        else:
            edit = _completed_gradient(edit, loop.model)
        if edit.what == "function":
            edit = replace(edit, **self.trusted.known(edit.value, edit.digest))
        return replace(edit, first=first)

    @contextmanager
    def on(
        self, edits: Sequence[Edit], recorder: Recorder, loop: Loop, batch: Batch
    ) -> Iterator[Batch]:
        """The block runs an iteration on the batch that this gives, with all values changed and the
        hooks of the gradient edits put on, in their order.

        Raises `UsageError` at the end of an edit's first iteration if that never came to its place.
        """
        now = [edit for edit in edits if edit.holds(recorder.iteration)]
        with recorder.unseen(), recorder.inside("data"):
            self._settings(edits, recorder.iteration, loop)
            for edit in now:
                if isinstance(edit, ValueEdit):
                    batch = self._apply(edit, recorder, loop, batch)
        hooks = [
            GradHook(edit, recorder, loop.model, self._function(edit))
            for edit in now
            if isinstance(edit, GradEdit)
        ]
        with ExitStack() as handles:
            for hook in hooks:
                handles.callback(hook.put().remove)
                handles.callback(recorder.before_backward(hook.watch).remove)
            yield batch
        for edit, hook in zip((e for e in now if isinstance(e, GradEdit)), hooks, strict=True):
            if edit.first == recorder.iteration:
                hook.check_reached()

    def _settings(self, edits: Sequence[Edit], iteration: int, loop: Loop) -> None:
        """Settings change when their edit begins, and change back when it has ended."""
        rules = [e for e in edits if isinstance(e, ValueEdit) and not e.off]
        settings = [e for e in rules if valueedits.is_setting(e)]
        for edit in reversed(settings):
            if edit.last is not None and iteration == edit.last + 1:
                valueedits.put_back(edit, loop.optimizer, self._before[str(edit)])
        for edit in settings:
            if iteration == edit.first:
                self._before[str(edit)] = valueedits.edit_setting(edit, loop.optimizer)

    def _apply(self, edit: ValueEdit, recorder: Recorder, loop: Loop, batch: Batch) -> Batch:
        function = self._function(edit)
        if valueedits.is_parameter(edit):
            valueedits.edit_parameter(edit, recorder, loop.model, function)
        elif not valueedits.is_setting(edit):
            return valueedits.edit_batch(edit, batch, function)
        return batch

    def _function(self, edit: Edit) -> Callable[[Any], Any] | None:
        if edit.what != "function":
            return None
        return self.trusted.function(edit.value, edit.digest)


def _completed_value(edit: ValueEdit, loop: Loop, first: int) -> ValueEdit:
    valueedits.check_place(edit, loop)
    if not valueedits.is_parameter(edit):
        return edit
    firsts = {id(owned): name for name, owned in loop.model.named_parameters()}
    edit = replace(edit, where=firsts[id(loop.model.get_parameter(edit.where))])
    once = edit.first is None and edit.last is None
    return replace(edit, last=first) if once else edit


def _completed_gradient(edit: GradEdit, model: Any) -> GradEdit:
    kind = kind_of(edit.place, model, where=edit.where)
    via = edit.via or default_via(edit.place) or POSSIBLE[kind][0]
    if via not in POSSIBLE[kind]:
        raise UsageError(
            N_("a {kind} takes no hook of the kind “{via}”"),
            where=edit.where,
            mend=N_("take one of: {known}"),
            kind=kind,
            via=via,
            known=", ".join(POSSIBLE[kind]),
        )
    if kind == "parameter" and not model.get_parameter(edit.where).requires_grad:
        raise UsageError(
            N_("this parameter requires no gradient, so none comes to it"),
            where=edit.where,
            mend=N_("call requires_grad_() on it first"),
        )
    if kind == "parameter" and edit.place.output and via == "tensor":
        raise UsageError(
            N_("this place could also be what the module gave back"),
            where=edit.where,
            mend=N_('take via="post_accumulate", or give the parameter another name'),
        )
    return replace(canonical(edit, model), via=via)
