"""What a user can do: one small typed function a command; its docstring is its help.

A menu entry, a key, a line of a script, a method and a verb of the command line end here.
"""

from gradviz.commands.breakpoints import (
    add_breakpoint,
    breakpoint_here,
    condition_breakpoint,
    enable_breakpoint,
    enable_breakpoint_here,
    remove_breakpoint,
    remove_breakpoints,
    replace_breakpoint,
    toggle_breakpoint,
    toggle_breakpoint_here,
)
from gradviz.commands.building import arrange, change_project, edit, redo, repair, undo
from gradviz.commands.downloads import get_data
from gradviz.commands.edits import (
    add_edit,
    change_edit,
    compare_edits,
    remove_edit,
    switch_edit,
    trust_hooks,
)
from gradviz.commands.files import (
    export,
    import_module,
    keep_composite,
    new_project,
    open_project,
    save,
    save_as,
    save_weights,
    saved_trace,
    trust,
    write_trace,
)
from gradviz.commands.fitting import begin_fitting, check_plot, fit, plot, save_fitted
from gradviz.commands.looking import (
    ask_why,
    find,
    fold,
    fold_all,
    follow,
    reveal,
    select,
    select_boxes,
    stop_looking,
    unfold,
)
from gradviz.commands.pictures import (
    write_film,
    write_film_of_trace,
    write_graph,
    write_graph_of_trace,
)
from gradviz.commands.previews import write_preview
from gradviz.commands.running import (
    back,
    back_over,
    goto,
    goto_event,
    losses,
    problem,
    reset,
    run,
    run_further,
    run_on,
    run_until,
    start,
    start_as_far,
    step,
    step_iteration,
    step_over,
    step_phase,
)

__all__ = [
<<<<<<< HEAD
    "add_breakpoint",
=======
    "add_edit",
>>>>>>> params
    "arrange",
    "ask_why",
    "back",
    "back_over",
    "begin_fitting",
<<<<<<< HEAD
    "breakpoint_here",
    "change_project",
    "check_plot",
    "condition_breakpoint",
=======
    "change_edit",
    "change_project",
    "check_plot",
    "compare_edits",
>>>>>>> params
    "edit",
    "enable_breakpoint",
    "enable_breakpoint_here",
    "export",
    "find",
    "fit",
    "fold",
    "fold_all",
    "follow",
    "get_data",
    "goto",
    "goto_event",
    "import_module",
    "keep_composite",
    "losses",
    "new_project",
    "open_project",
    "plot",
    "problem",
    "redo",
<<<<<<< HEAD
    "remove_breakpoint",
    "remove_breakpoints",
=======
    "remove_edit",
>>>>>>> params
    "repair",
    "replace_breakpoint",
    "reset",
    "reveal",
    "run",
    "run_further",
    "run_on",
    "run_until",
    "save",
    "save_as",
    "save_fitted",
    "save_weights",
    "saved_trace",
    "select",
    "select_boxes",
    "start",
    "start_as_far",
    "step",
    "step_iteration",
    "step_over",
    "step_phase",
    "stop_looking",
<<<<<<< HEAD
    "toggle_breakpoint",
    "toggle_breakpoint_here",
=======
    "switch_edit",
>>>>>>> params
    "trust",
    "trust_hooks",
    "undo",
    "unfold",
    "write_film",
    "write_film_of_trace",
    "write_graph",
    "write_graph_of_trace",
    "write_preview",
    "write_trace",
]
