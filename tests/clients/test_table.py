"""The files of clients' results: what is written is read again, and a client that does otherwise is found out."""

from pathlib import Path

import pytest

from docs.generate import clients
from tests.clients.installed import missing
from tests.clients.table import FOLDER, Results, Row, Run, combined, runs

HERE = Path(__file__).parent
TEXT = Row("sms", "text", sent=True, accepted=True, statuses=True)
IMAGE = Row("mms", "image", sent=True, accepted=True, statuses=True, inbound=True)


def write(folder: Path, *rows: Row) -> None:
    """Write the results of a client."""
    Results(is_writing=True, folder=folder).check("sdk", client="sdk", version="1.0", rows=rows)


def test_written_results_hold_for_the_same_run(tmp_path: Path) -> None:
    write(tmp_path, TEXT, IMAGE)

    Results(folder=tmp_path).check("sdk", client="sdk", version="1.0", rows=[IMAGE, TEXT])

    [run] = runs(tmp_path)
    assert ("sdk", "1.0", "v1", (IMAGE, TEXT)) == (run.client, run.version, run.api, run.rows)


@pytest.mark.parametrize(
    ("version", "rows"),
    [("1.1", [TEXT]), ("1.0", [TEXT, IMAGE]), ("1.0", [])],
    ids=["another version", "one more row", "one row less"],
)
def test_results_of_another_run_say_what_to_do(version: str, rows: list[Row], tmp_path: Path) -> None:
    write(tmp_path, TEXT)

    with pytest.raises(AssertionError, match=r"sdk no longer does what .*/sdk\.json says: run `make clients`"):
        Results(folder=tmp_path).check("sdk", client="sdk", version=version, rows=rows)


def test_results_nobody_has_written_do_not_hold(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="run `make clients`"):
        Results(folder=tmp_path).check("sdk", client="sdk", version="1.0", rows=[TEXT])


def test_results_written_again_replace_the_old_ones(tmp_path: Path) -> None:
    write(tmp_path, TEXT, IMAGE)

    write(tmp_path, TEXT)

    assert [(TEXT,)] == [run.rows for run in runs(tmp_path)]


def test_what_did_not_hold_once_does_not_hold() -> None:
    refused = Row("sms", "text", sent=True, accepted=False, statuses=None, inbound=False)
    received = Row("sms", "text", inbound=True)

    assert (Row("sms", "text", sent=True, statuses=True, inbound=False),) == combined([TEXT, refused, received])
    assert (Row("sms", "text", sent=True, accepted=True, statuses=True, inbound=True),) == combined([TEXT, received])


def test_table_has_a_line_a_channel_and_marks_what_does_not_hold() -> None:
    refused = Row("sms", "image", sent=True, statuses=None)
    received = Row("mms", "text", inbound=False)

    heads, _, *lines = clients([Run("sdk", "1.0", "v1", (IMAGE, received, refused, TEXT))]).splitlines()

    assert [
        "| sdk 1.0 | v1 | `mms` | image | the same | image, **not text** |",
        "| sdk 1.0 | v1 | `sms` | **not image**, text | text |  |",
    ] == lines
    assert heads == ("| Client | API | Channel | Sent and accepted | Status webhooks read | Inbound webhooks read |")


def test_each_file_of_results_is_of_a_client_driven_here() -> None:
    assert [] == [path.stem for path in FOLDER.glob("*.json") if not (HERE / path.stem).is_dir()]


def test_missing_client_is_a_failure_in_ci() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"The client is missing: run `make x-clients`"):
        missing("The client is", "x-clients", {"CI": "true"})


def test_missing_client_is_a_skip_elsewhere() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"The client is missing: run `make x-clients`"):
        missing("The client is", "x-clients", {})
