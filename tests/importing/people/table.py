"""All the people."""

from __future__ import annotations

from tests.importing.people.person import Person
from tests.importing.people.table_habits import HABITS
from tests.importing.people.table_makers import MAKERS
from tests.importing.people.table_oddities import ODDITIES
from tests.importing.people.table_sequences import SEQUENCES
from tests.importing.people.table_vision import VISION

__all__ = ["PEOPLE", "Person"]

PEOPLE: tuple[Person, ...] = VISION + SEQUENCES + MAKERS + ODDITIES + HABITS
