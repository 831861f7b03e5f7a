"""The people of less common habits."""

from __future__ import annotations

import torch

from tests.importing.people import habits
from tests.importing.people.person import Person, given, normal, uniform

HABITS = (
    Person("DANN", habits.DANN, given(normal(3, 6))),
    Person("BinaryLinear", lambda: habits.BinaryLinear(5, 3), given(normal(3, 5))),
    Person("SymmetricNet", habits.SymmetricNet, given(normal(3, 4))),
    Person("Pruned", habits.pruned, given(normal(3, 6))),
    Person("HookedFeatures", habits.HookedFeatures, given(normal(3, 5))),
    Person("PlainList", habits.PlainList, given(normal(3, 4))),
    Person("RecursiveUnet", habits.recursive_unet, given(uniform(2, 3, 16, 16))),
    Person("Fractal", lambda: habits.Fractal(4, 3), given(normal(3, 4))),
    Person("MethodsOfParts", habits.MethodsOfParts, given(normal(3, 8))),
    Person("Classifier", habits.Classifier, given(normal(3, 5))),
    Person("MLPAsSequential", lambda: habits.MLPAsSequential(4, 8, 8, 2), given(normal(3, 4))),
    Person("Maxout", lambda: habits.Maxout(5, 4), given(normal(2, 3, 5))),
    Person("VideoNet", habits.VideoNet, given(uniform(2, 3, 4, 8, 8))),
    Person("InDouble", habits.in_double, given(lambda: torch.randn(3, 3, dtype=torch.float64))),
)
