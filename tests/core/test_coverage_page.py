"""The page of coverage: one file that loads nothing, with a table for each dimension and every goal in words."""

from html.parser import HTMLParser

from mockserver.contract.specs import load_specs
from mockserver.core.coverage import Goals, Report
from mockserver.core.coverage_page import Page, page_of
from mockserver.service.coverage import cells_of

_VOID = {"meta", "wbr"}


class Reader(HTMLParser):
    """Reads a page: the text of its cells by their titles, and whether its tags are closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.cells: dict[str, str] = {}
        self.text = ""
        self._cell: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in _VOID:
            self.open.append(tag)
        self._cell = dict(attrs).get("title") if tag == "td" else None

    def handle_endtag(self, tag: str) -> None:
        """Hold a closing tag against the one that is open."""
        assert tag == self.open.pop()
        self._cell = None

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data
        if self._cell is not None:
            self.cells[self._cell] = data


def whole() -> Report:
    """Return a report of everything known, a little of it exercised."""
    counted = {("sent", "v1", "sms", "text"): 3, ("code", "v1", "1320"): 1, ("answer", "POST /v1/messages", "418"): 2}
    return Report.of(cells_of(load_specs()), counted)


def test_the_page_has_every_cell_with_its_count() -> None:
    report = whole()

    read = Reader(page_of(report, Page("all accounts", "2026-01-02 03:04 UTC")))

    assert [] == read.open
    assert {":".join(cell): str(count) for cell, count in report.counts.items()} == read.cells
    assert "all accounts, 2026-01-02 03:04 UTC" in read.text


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    read = Reader(page_of(whole(), Page("x", "now")))

    assert not read.tags & {"script", "link", "img", "iframe"}
    assert not read.attributes & {"src", "onclick", "onload"}


def test_goals_stand_there_in_words_with_what_is_missing() -> None:
    goals = Goals(99, ("sent:v1:sms",), ("*:v1:sms",))

    missed = Reader(page_of(whole(), Page("x", "now", goals))).text
    reached = Reader(page_of(whole(), Page("x", "now", Goals(0)))).text

    assert "Goals missed" in missed
    assert "Only these count: *:v1:sms" in missed
    assert "Asked for: at least 99 %; required: sent:v1:sms" in missed
    assert "16.6 % of 6 cells exercised, expected at least 99 %" in missed
    assert "status:v1:sms:submitted" in missed
    assert ("Goals reached" in reached, "Goals" in Reader(page_of(whole(), Page("x", "now"))).text) == (True, False)


def test_notes_say_what_a_part_means_and_what_is_beyond_stands_apart() -> None:
    page = Page("a <b> & c", "now", notes={("code", "1320"): "Message <already> sent"})

    read = Reader(page_of(whole(), page))

    assert "Message <already> sent" in read.text
    assert "a <b> & c" in read.text
    assert "answer:POST /v1/messages:418 2" in read.text
