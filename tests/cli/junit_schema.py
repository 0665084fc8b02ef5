"""The JUnit XML format as a table: what may stand where, in which order, with which attributes.

It is what the two schemas in use have in common: that of Ant's JUnit task and that of Jenkins' xUnit plugin.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

NUMBER, SECONDS, MOMENT = r"\d+", r"\d+(\.\d+)?", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"


@dataclass(frozen=True)
class Element:
    """An element: its attributes, all needed, by the pattern of their values; its children as a pattern of tags."""

    attributes: dict[str, str]
    children: str = ""


SUITE = {
    "name": ".+",
    "package": ".+",
    "id": NUMBER,
    "timestamp": MOMENT,
    "hostname": ".+",
    "tests": NUMBER,
    "failures": NUMBER,
    "errors": NUMBER,
    "skipped": NUMBER,
    "time": SECONDS,
}
ELEMENTS = {
    "testsuites": Element({}, "(testsuite )*"),
    "testsuite": Element(SUITE, "properties (testcase )*system-out system-err "),
    "properties": Element({}, "(property )*"),
    "property": Element({"name": ".+", "value": ".*"}),
    "testcase": Element({"name": ".+", "classname": ".+", "time": SECONDS}, "(skipped |error |failure )?"),
    "skipped": Element({}),
    "error": Element({"message": ".*", "type": ".+"}),
    "failure": Element({"message": ".*", "type": ".+"}),
    "system-out": Element({}),
    "system-err": Element({}),
}


def mistakes(text: bytes) -> list[str]:
    """Return what is wrong with a document, an empty list for a valid one."""
    root = ET.fromstring(text)  # noqa: S314 - our own output
    found = [] if root.tag == "testsuites" else [f"it is a {root.tag}"]
    return [*found, *(mistake for each in root.iter() for mistake in _of(each)), *_counts(root)]


def _of(element: ET.Element) -> list[str]:
    known = ELEMENTS.get(element.tag)
    if known is None:
        return [f"{element.tag} is unknown"]
    children = "".join(f"{each.tag} " for each in element)
    found = [] if re.fullmatch(known.children, children) else [f"{element.tag} holds {children}"]
    if set(known.attributes) != set(element.attrib):
        found.append(f"{element.tag} has {sorted(element.attrib)}")
    for name, pattern in known.attributes.items():
        if not re.fullmatch(pattern, element.get(name, ""), re.DOTALL):
            found.append(f"{element.tag} {name} is {element.get(name)!r}")
    return found


def _counts(root: ET.Element) -> list[str]:
    found = []
    for suite in root.iter("testsuite"):
        real = {"tests": len(suite.findall("testcase"))}
        real |= {name: len(list(suite.iter(kind))) for name, kind in COUNTED.items()}
        found += [f"{name} is {suite.get(name)}" for name, number in real.items() if suite.get(name) != str(number)]
    return found


COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}
