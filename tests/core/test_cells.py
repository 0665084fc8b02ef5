"""The cells of the contract: all that the rows and documents have, each by one name, found by patterns."""

from collections import Counter

import pytest

from mockserver.contract.specs import Specs, load_specs
from mockserver.core.cells import DIMENSIONS, Cell, cell_of, cells_like, is_like, name_of, sent_cells
from mockserver.core.faults import KINDS
from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.service.coverage import cells_of
from tests.core.outbound import outbound


@pytest.fixture(scope="module")
def specs() -> Specs:
    """Read the documents once."""
    return load_specs()


@pytest.fixture(scope="module")
def known(specs: Specs) -> tuple[Cell, ...]:
    """Return every cell."""
    return cells_of(specs)


def test_every_cell_has_the_parts_of_its_dimension(known: tuple[Cell, ...]) -> None:
    parts = {each.name: len(each.parts) for each in DIMENSIONS}

    assert [] == [cell for cell in known if len(cell) - 1 != parts[cell[0]]]
    assert list(parts) == list(dict.fromkeys(cell[0] for cell in known))


def test_no_cell_is_there_twice_and_each_is_read_as_it_is_written(known: tuple[Cell, ...]) -> None:
    names = [name_of(cell) for cell in known]

    assert [] == [name for name, count in Counter(names).items() if count > 1]
    assert list(known) == [cell_of(name) for name in names]


def test_every_supported_row_is_a_cell(known: tuple[Cell, ...], specs: Specs) -> None:
    rows = [row for row in specs.capabilities.rows if row.is_supported and row.through is None]
    sides = {"outbound": "sent", "inbound": "inbound"}

    expected = {(sides[row.direction], row.dialect, row.channel, row.kind) for row in rows}
    assert set() == expected - set(known)


def test_codes_and_faults_are_those_of_the_tables(known: tuple[Cell, ...], specs: Specs) -> None:
    codes = {("code", version, str(each.code)) for each in specs.errors.values() for version in each.dialects}

    assert codes == {cell for cell in known if cell[0] == "code"}
    assert len(KINDS) == sum(cell[0] == "fault" for cell in known)


def test_a_status_that_a_channel_lacks_is_no_cell(known: tuple[Cell, ...]) -> None:
    assert ("status", "v1", "rcs", "read") in known
    assert ("status", "v1", "sms", "read") not in known
    assert ("status", "v0.1", "rcs", "read") not in known
    assert ("status", "receipt", "sms", "delivered") in known


def test_another_method_is_no_answer_of_an_operation(known: tuple[Cell, ...]) -> None:
    assert ("answer", "POST /v1/messages", "422") in known
    assert [] == [cell for cell in known if cell[-1] == "405"]


@pytest.mark.parametrize(
    ("channel", "kind", "content", "kinds"),
    [
        ("sms", "text", {"text": "x"}, ["text"]),
        ("whatsapp", "custom", {"type": "location", "location": {}}, ["custom", "location"]),
        ("messenger", "custom", {"attachment": {"type": "template"}}, ["custom", "button"]),
        ("viber", "custom", {"text": "x"}, ["custom"]),
        ("messenger", "custom", {"type": "location"}, ["custom"]),
    ],
    ids=["plain", "location", "button", "unmarked", "not of this channel"],
)
def test_a_sent_message_exercises_its_kind_and_the_object_inside(
    channel: str, kind: str, content: Json, kinds: list[str], specs: Specs, known: tuple[Cell, ...]
) -> None:
    found = sent_cells(outbound(channel, kind, content), specs.capabilities)

    assert [("sent", "v0.1", channel, each) for each in kinds] == list(found)
    assert set(found) <= set(known)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("sent:v1:sms:text", True),
        ("sent:v1", True),
        ("sent", True),
        ("*:v1:sms", True),
        ("sent:v?:*:tex*", True),
        ("sent:v1:sms:text:more", False),
        ("sent:v0.1", False),
        ("sen", False),
    ],
)
def test_a_pattern_is_held_against_each_part(pattern: str, expected: bool) -> None:
    assert expected == is_like(("sent", "v1", "sms", "text"), pattern)


def test_a_pattern_like_nothing_is_refused_with_the_nearest(known: tuple[Cell, ...]) -> None:
    with pytest.raises(UsageError) as refused:
        cells_like("sent:v1:watsapp:text", known)

    expected = "no cell of the contract is like 'sent:v1:watsapp:text'. Did you mean sent:v1:whatsapp:text?"
    assert expected == str(refused.value)


def test_a_pattern_far_from_all_is_refused_with_the_dimensions(known: tuple[Cell, ...]) -> None:
    with pytest.raises(UsageError, match="Cells begin with one of operation, answer, sent, status, code, report"):
        cells_like("zzzz", known)
