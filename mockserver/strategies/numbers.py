"""Telephone numbers that number-checking libraries call valid, digits only as the APIs write them."""

import re
from collections.abc import Callable
from functools import cache
from typing import Final

import phonenumbers
from hypothesis import strategies as st

from mockserver.core.fake import FICTION
from mockserver.strategies.known import chosen, is_a

_SHORTEST: Final = 7
"""Digits of the shortest number that the APIs take."""


def phone_numbers(country: str | None = None) -> st.SearchStrategy[str]:
    """Return mobile numbers of a country, by its two letters; of several countries without one.

    Where a regulator keeps numbers for fiction (DE, GB, SE, US), they are those. Of other countries they are numbers
    somebody may have: do not let a program that really sends have them. Raise UnknownError for an unknown country.
    """
    if country is None:
        return st.one_of([phone_numbers(each) for each in FICTION])
    named = country.upper() if is_a(str, country) else country
    region = chosen("country", named, sorted(phonenumbers.SUPPORTED_REGIONS))
    ranges = FICTION.get(region)
    if ranges is not None:
        return st.one_of([st.integers(first, last).map(str) for first, last in ranges])
    return _of_plan(region)


@cache
def _of_plan(region: str) -> st.SearchStrategy[str]:
    """Return the mobile numbers that a country's numbering plan allows, its example first."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
    code = phonenumbers.country_code_for_region(region)
    kinds = () if plan is None else (plan.mobile, plan.general_desc)
    kind = next(each for each in kinds if each is not None and each.national_number_pattern)
    # Without re.ASCII \d would be any digit of Unicode.
    national = st.from_regex(re.compile(str(kind.national_number_pattern), re.ASCII), fullmatch=True)
    examples = [st.just(str(each)) for each in (kind.example_number,) if each]
    return st.one_of([*examples, national]).map(lambda digits: f"{code}{digits}").filter(_is_of(region))


def _is_of(region: str) -> Callable[[str], bool]:
    def is_of(number: str) -> bool:
        parsed = phonenumbers.parse(f"+{number}")
        return len(number) >= _SHORTEST and phonenumbers.is_valid_number_for_region(parsed, region)

    return is_of
