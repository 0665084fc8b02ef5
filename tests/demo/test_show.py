"""The report must be readable in any terminal, in colour or without."""

from dataclasses import replace

import pytest

from mockserver.demo.plot import Seen
from mockserver.demo.show import Style, failure, report, style_for
from mockserver.demo.verdict import Check, checks


@pytest.mark.parametrize("width", [60, 80, 100])
def test_report_fits_its_width(seen: Seen, width: int) -> None:
    written = list(report(seen, checks(seen), Style(width)))

    assert max(map(len, written)) <= max(width, 70)


def test_report_in_80_columns_tells_each_event_on_one_line(seen: Seen) -> None:
    written = list(report(seen, checks(seen), Style(80)))

    happened = written[1 : written.index("")]
    continued = [line for line in happened if line.startswith(" " * 43)]
    assert len(continued) <= 2
    assert any(line.endswith('202  messenger to 2233445566778899: "Friday at ten?"') for line in happened)


def test_report_shows_the_service_s_own_view(seen: Seen) -> None:
    written = list(report(seen, checks(seen), Style()))

    assert "  sms        447700900101      delivered  submitted, delivered" in written
    assert "  messenger  2233445566778899  read       submitted, delivered, read" in written
    assert '             heard in reply: "Yes please"' in written
    assert '             sent to confirm: "You are booked."' in written


def test_missing_things_stand_below_their_check_folded(seen: Seen) -> None:
    check = Check("all is well", ("a cat, " * 15 + "a dog", "a bird"))

    written = list(report(replace(seen, entries=(), reminders=()), (check,), Style(60)))

    assert written[-6:-1] == [
        "Verdict",
        "  FAILED  all is well",
        "          missing: a cat, a cat, a cat, a cat, a cat, a cat,",
        "                   a cat, a cat, a cat, a cat, a cat, a cat,",
        "                   a cat, a cat, a cat, a dog",
    ]
    assert written[-1] == "          missing: a bird"


def test_colour_only_adds_escapes(seen: Seen) -> None:
    verdict = (Check("good"), Check("bad", ("something",)))

    plain = "\n".join(report(seen, verdict, Style()))
    coloured = "\n".join(report(seen, verdict, Style(colour=True)))

    assert "\x1b[32mok    \x1b[0m  good" in coloured
    assert "\x1b[31;1mFAILED\x1b[0m  bad" in coloured
    assert plain == remove_escapes(coloured)


def remove_escapes(text: str) -> str:
    """Return a text without its colours."""
    for code in ("1", "2", "32", "33", "31;1", "0"):
        text = text.replace(f"\x1b[{code}m", "")
    return text


@pytest.mark.parametrize(
    ("environ", "expected"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)],
    ids=["free", "NO_COLOR", "NO_COLOR empty"],
)
def test_style_honours_no_color(environ: dict[str, str], *, expected: bool) -> None:
    assert style_for(environ, 80, colour=True) == Style(80, colour=expected)


def test_style_is_plain_unless_colour_is_wanted() -> None:
    assert style_for({}, 80, colour=False) == Style(80, colour=False)


def test_style_of_a_wide_terminal_stays_readable() -> None:
    assert style_for({}, 240, colour=False).width == 100


def test_failure_shows_the_log_or_that_it_is_empty() -> None:
    assert list(failure("no luck", ["one", "two"], Style())) == [
        "FAILED  no luck",
        "",
        "The end of the booking service's log",
        "  one",
        "  two",
    ]
    assert list(failure("no luck", [], Style()))[-1] == "  (empty)"
