"""The pages of clients show all that is known of each client, in blocks that are generated."""

import re
from pathlib import Path

import pytest

from docs.client_pages import tables, texts
from docs.generate import BLOCKS
from mockserver.cli.env import UNTESTED
from mockserver.contract.clients import load_clients
from mockserver.core.clients import Client
from mockserver.settings import Settings
from mockserver.web.server import serving
from tests.test_docs import Place, commands, run_console, snippets

PAGES = Path(__file__).parent.parent / "docs" / "clients"
CLIENTS = load_clients().clients
ROWS = [pytest.param(each, id=each.name) for each in CLIENTS]


def page(name: str) -> str:
    """Return the text of a page."""
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def blocks(text: str) -> list[str]:
    """Return the names of the generated blocks of a page."""
    return re.findall(r"<!-- generated: ([a-z0-9-]+) -->", text)


@pytest.mark.parametrize("client", ROWS)
def test_a_client_stands_on_its_page_with_all_its_blocks(client: Client) -> None:
    known = [f"{part}-{client.name}" for part in ("client", "webhook", "errors", "pitfalls")]

    assert [name for name in known if name in BLOCKS] == [
        name for name in blocks(page(client.page)) if name.partition("-")[2] == client.name
    ]


def test_there_is_a_page_for_each_client_and_no_other() -> None:
    assert {each.page for each in CLIENTS} | {"README"} == {path.stem for path in PAGES.glob("*.md")}


def test_the_overview_links_every_client_to_its_page() -> None:
    lines = [line for line in page("README").splitlines() if line.startswith("| [`")]

    assert [f"[`{each.name}`]({each.page}.md)" for each in CLIENTS] == [line.split(" | ")[0][2:] for line in lines]


def test_what_the_tests_showed_stands_in_the_overview() -> None:
    assert ["client-settings", "clients"] == blocks(page("README"))


@pytest.mark.parametrize("client", ROWS)
def test_a_client_that_no_test_runs_says_so(client: Client) -> None:
    assert client.tested != (UNTESTED in texts()[f"client-{client.name}"])


@pytest.mark.parametrize("client", ROWS)
def test_a_client_says_what_becomes_of_errors(client: Client) -> None:
    heads, rows = tables()[f"errors-{client.name}"]

    assert 2 == len(heads)
    assert [(each.answer, each.raises) for each in client.errors] == rows
    assert rows


def test_code_on_pages_holds_no_place_and_no_path_of_this_machine() -> None:
    shown = "".join(texts().values())

    assert "{{" not in shown
    assert str(Path.home()) not in shown
    assert 'api_host="127.0.0.1:7671"' in shown


def test_commands_of_the_overview_do_what_they_say(tmp_path: Path) -> None:
    shown = [each.code for each in snippets(page("README")) if each.language == "console"]
    with serving(Settings(port=0, tls_dir=str(tmp_path))) as running:
        for code in shown:
            run_console(code, Place(tmp_path, running.url))

    assert 4 == sum(len(list(commands(code))) for code in shown)
    assert "Vonage(" in (tmp_path / "send.py").read_text(encoding="utf-8")
