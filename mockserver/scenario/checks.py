"""What types cannot say of a scenario file: names that nothing has, and what contradicts itself or can never be."""

from collections.abc import Iterator
from itertools import chain

from mockserver.config.places import KeyPath
from mockserver.config.values import shown
from mockserver.scenario.complaints import Mistake, choice
from mockserver.scenario.given_checks import given_mistakes
from mockserver.scenario.models import Machine, ScenarioFile
from mockserver.scenario.names import RESERVED, unknown_names
from mockserver.scenario.questions import AT_SEND, Questions
from mockserver.scenario.rule_checks import RuleCheck
from mockserver.scenario.step_checks import StepCheck


def file_mistakes(around: Questions) -> Iterator[Mistake]:
    """Yield everything wrong with a file whose shape is right, section by section."""
    yield from given_mistakes(around.file.given, around.value.get("given", {}), around.cells)
    for name, machine in around.file.machines.items():
        yield from _machine(machine, ("machines", name))
    yield from _captures(around.file)
    for index, rule in enumerate(around.file.rules):
        yield from RuleCheck(around, rule, ("rules", index)).mistakes()
    steps = StepCheck(around)
    for index, step in enumerate(around.file.timeline):
        yield from steps.step(step, index)
    for index, check in enumerate(around.file.verify):
        yield from steps.check(check, ("verify", index))


def _machine(machine: Machine, path: KeyPath) -> Iterator[Mistake]:
    yield from unknown_names(machine.key, (*path, "key"), (), AT_SEND)
    if machine.initial not in machine.states:
        says = f"is {shown(machine.initial)}, none of the states."
        yield Mistake((*path, "initial"), says, choice(machine.initial, machine.states))


def _captures(file: ScenarioFile) -> Iterator[Mistake]:
    """Yield a mistake for each name that means something else already."""
    items = chain(
        ((("rules", index), each.capture) for index, each in enumerate(file.rules)),
        ((("timeline", index), each.capture) for index, each in enumerate(file.timeline)),
    )
    for path, capture in items:
        for name in capture:
            if name in RESERVED:
                says = f"is a name of its own: {name}. means something already."
                yield Mistake((*path, "capture", name), says, "Take another name.", at_key=True)
