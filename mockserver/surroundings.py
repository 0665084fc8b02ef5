"""What every part with effects needs around it: settings, the seed, time, state and the journal."""

from dataclasses import dataclass

from mockserver.clock import Clock
from mockserver.journal import Journal
from mockserver.schedule import Schedule
from mockserver.settings import Settings
from mockserver.store.base import Store


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Handed in as one, since whoever needs one of these needs most of them."""

    settings: Settings
    seed: int
    store: Store
    journal: Journal
    clock: Clock
    schedule: Schedule
