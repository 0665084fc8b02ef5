"""Writes what came of scenarios as JUnit XML: a suite for each file, a case for each step and each check.

Only what both common schemas of the format know is written, so that every CI system reads it.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from mockserver.cli.run_output import case_name, why
from mockserver.cli.runner import Ran
from mockserver.core.reports import StepResult

_HOST: Final = "localhost"
"""Where it ran; the name of a machine is nobody's business in a report."""


def junit(all_ran: Iterable[Ran], began_at: datetime) -> bytes:
    """Return the XML document of what came of files."""
    suites = ET.Element("testsuites")
    for number, ran in enumerate(all_ran):
        suites.append(_suite(ran, number, began_at))
    ET.indent(suites)
    text: str = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _suite(ran: Ran, number: int, began_at: datetime) -> ET.Element:
    cases = list(_cases(ran))
    suite = ET.Element(
        "testsuite",
        {
            "name": clean(ran.file.scenario.id),
            "package": clean(ran.file.name),
            "id": str(number),
            "timestamp": began_at.strftime("%Y-%m-%dT%H:%M:%S"),
            "hostname": _HOST,
            "tests": str(len(cases)),
            **{name: str(sum(each.find(kind) is not None for each in cases)) for name, kind in _COUNTED.items()},
            "time": f"{ran.took_s:.3f}",
        },
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(ran):
        ET.SubElement(properties, "property", {"name": name, "value": clean(value)})
    suite.extend(cases)
    transcript = () if ran.report is None else ran.report.transcript
    ET.SubElement(suite, "system-out").text = clean("\n".join(transcript))
    ET.SubElement(suite, "system-err").text = clean("\n".join(ran.said))
    return suite


_COUNTED: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _properties(ran: Ran) -> Iterator[tuple[str, str]]:
    yield "file", ran.file.name
    yield "account", ran.account
    if ran.report is not None:
        yield "seed", str(ran.report.seed)
        yield "entries", "-".join(map(str, ran.report.entries))


def _cases(ran: Ran) -> Iterator[ET.Element]:
    identity = ran.file.scenario.id
    results = () if ran.report is None else (*ran.report.steps, *ran.report.checks)
    yield from (_case(identity, each) for each in results)
    if ran.problem is not None:
        yield _whole(identity, ran.took_s, "error", "could not run", str(ran.problem))
    elif ran.report is not None and not ran.passed and all(each.ok for each in results):
        why = ran.report.why or ran.report.outcome
        yield _whole(identity, ran.took_s, "failure", why, why)
    elif not results:
        yield _whole(identity, ran.took_s)


def _case(identity: str, result: StepResult) -> ET.Element:
    case = ET.Element("testcase", _named(identity, case_name(result), result.took_s))
    if result.skipped:
        ET.SubElement(case, "skipped")
    elif not result.ok:
        failure = ET.SubElement(case, "failure", {"message": clean(result.detail), "type": result.verb})
        failure.text = clean("\n".join((f"{result.place}: {result.detail}", *why(result))))
    return case


def _whole(identity: str, took_s: float, kind: str | None = None, message: str = "", text: str = "") -> ET.Element:
    """Return the case of a whole scenario, for what is about no step of it."""
    case = ET.Element("testcase", _named(identity, "the whole scenario", took_s))
    if kind is not None:
        ET.SubElement(case, kind, {"message": clean(message), "type": "scenario"}).text = clean(text)
    return case


def _named(identity: str, name: str, took_s: float) -> dict[str, str]:
    return {"name": clean(name), "classname": clean(identity), "time": f"{took_s:.3f}"}


def clean(text: str) -> str:
    """Return a text with characters that XML cannot hold written out."""
    return _UNFIT.sub(lambda found: repr(found[0])[1:-1], text)


_UNFIT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold. Source: https://www.w3.org/TR/xml/#charsets, 2008-11-26."""
