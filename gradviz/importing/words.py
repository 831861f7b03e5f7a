"""Why a module stays Python code: what blocks cannot say, in words."""

from __future__ import annotations

from gradviz.i18n import N_

CONDITION = N_("its code asks for the numbers in a tensor, and may do otherwise for others")
INPLACE = N_("it changes a tensor in place by a part of it, or one that belongs to the model")
BEHIND = N_("a tensor that it uses was changed in place under another name")
FOREIGN = N_("it uses a tensor of another module that was not handed to it")
UNSEEN = N_("it uses a tensor that no torch function has made, as an autograd.Function does")
HOOKED = N_("it has hooks of its own, or a parametrization")
BATCH = N_("what it does depends on the size of the batch")
MODE = N_("it does something else in training than in evaluation")
SHARED = N_("modules in different places share its weights")
UNSAYABLE = N_("it calls a function with arguments that cannot be written down")
OTHERWISE = N_("it is called with more than the tensors of its block")
SEVERAL = N_("it takes several results of a function that blocks can only give one by one")
NOTHING = N_("it gives no tensor")
NAMELESS = N_("its arguments have no names")
HOLDS = N_("it is called with what a project cannot hold")
GIVES = N_("it gives something else than tensors")
UNLIKE = N_("blocks would not give the same bits")
