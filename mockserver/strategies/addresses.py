"""The addresses of messages: of the shape that the capability rows name, believable before all."""

from typing import Final

from hypothesis import strategies as st

from mockserver.core.capabilities import Address
from mockserver.strategies.known import documents
from mockserver.strategies.making import patterned
from mockserver.strategies.numbers import phone_numbers

_NUMBER: Final = "number"
"""The shape of telephone numbers."""
_ANYTHING: Final = "(?s)."
"""How the pattern of a shape begins that takes any characters."""
_DIGITS: Final = "[1-9][0-9]{4,15}"
"""What an id looks like whose characters are not told."""


def addresses(address: Address, version: str) -> st.SearchStrategy[str]:
    """Return the addresses that one side of a message may have in a version."""
    name = address.shape_in(version)
    if name == _NUMBER:
        return phone_numbers()
    shape = documents().specs.capabilities.shapes[name]
    pattern = _DIGITS if shape.pattern.startswith(_ANYTHING) else shape.pattern
    if patterns_of_numbers(pattern):
        return phone_numbers() | patterned(pattern)
    return st.just(shape.example) | patterned(pattern)


def patterns_of_numbers(pattern: str) -> bool:
    """Return whether a pattern leads with that of telephone numbers."""
    return pattern.startswith(documents().specs.capabilities.shapes[_NUMBER].pattern)
