"""The names of fields as JSON pointers into a body, be they there or not."""

import pytest

from mockserver.core.pointers import Place, place_of
from mockserver.model import Json

BODY: Json = {
    "to": {"number": 1},
    "list": [{"a": [1, 2]}, {}],
    "a.b": {"c[0]": 1},
    "a": {"b": {"d": 2}},
    "x/y~z": 1,
    "": 3,
}


@pytest.mark.parametrize(
    ("name", "pointer", "holder"),
    [
        ("to", "/to", "/to"),
        ("to.number", "/to/number", "/to/number"),
        ("to.name", "/to/name", "/to"),
        ("from", "/from", ""),
        ("from.number", "/from/number", ""),
        ("to.number.more", "/to/number/more", "/to/number"),
        ("list[0].a[1]", "/list/0/a/1", "/list/0/a/1"),
        ("list[0].a[2]", "/list/0/a/2", "/list/0/a"),
        ("list[1].a[0].b", "/list/1/a/0/b", "/list/1"),
        ("list.a", "/list/a", "/list"),
        ("a.b.c[0]", "/a.b/c[0]", "/a.b/c[0]"),
        ("a.b", "/a.b", "/a.b"),
        ("x/y~z", "/x~1y~0z", "/x~1y~0z"),
        ("odd]..", "/odd]/..", ""),
        ("body", "", ""),
    ],
)
def test_a_name_is_a_place(name: str, pointer: str, holder: str) -> None:
    found = place_of(BODY, name)

    assert (Place(pointer, holder), pointer != holder) == (found, found.is_missing)


@pytest.mark.parametrize("body", [None, [1], "text", 7, {}])
def test_the_whole_body_is_a_place_of_any(body: Json) -> None:
    assert Place("", "") == place_of(body, "body")
    assert place_of(body, "to.number") == Place("/to/number", "")


def test_a_member_that_is_called_body_is_meant_where_there_is_one() -> None:
    assert Place("/body", "/body") == place_of({"body": 1}, "body")
