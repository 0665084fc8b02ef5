"""Errors that faults answer with, by name or HTTP status, in the words of the version that was asked."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from msgspec.structs import replace

from mockserver.core.faults import Fault
from mockserver.core.magic import Magic, MagicTable, problem_of
from mockserver.problem import Problem
from mockserver.wire.dialects import Dialect

_FAILED: Final = 500
_STATUSES: Final[Mapping[str, int]] = {"throttle": 429}
"""What faults answer with that name no status themselves; any other says 500."""


def problem_of_fault(fault: Fault, dialect: Dialect, table: MagicTable) -> Problem:
    """Return the error that a fault answers with where the message is not taken, or is said not to be."""
    status = fault.status or _STATUSES.get(fault.do, _FAILED)
    row = _row_of_status(status, table) if fault.problem is None else table.problem(fault.problem, dialect.name)
    problem = _of_row(row, dialect, fault.words()) or Problem(
        status, _phrase(status), "This answer was asked for.", type="about:blank", reason=fault.words()
    )
    headers = problem.headers | fault.headers
    if fault.retry_after is not None:
        headers["retry-after"] = str(math.ceil(fault.retry_after))
    return replace(problem, status=fault.status or problem.status, headers=headers)


def _row_of_status(status: int, table: MagicTable) -> Magic | None:
    return next((each for each in table.rows if each.answer is not None and each.answer.status == status), None)


def _of_row(row: Magic | None, dialect: Dialect, why: str) -> Problem | None:
    """Return the error that a magic value stands for, as a version words it."""
    problem = None if row is None else problem_of(row)
    if row is None or problem is None:
        return None
    named = None if row.v1 is None else dialect.named(row.v1, why)
    return named or replace(problem, reason=why)


def _phrase(status: int) -> str:
    known = {each.value: each.phrase for each in HTTPStatus}
    return known.get(status, "Status")
