"""Values with ``${...}`` in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.expressions import (
    ExpressionError,
    evaluate,
    has_names,
    look_up,
    may_hold_names,
    names_in,
    root_of,
    settle,
)
from mockserver.model import Json

CONTEXT = {
    "vars": {"n": 3, "clinic": "447700900010", "on": True, "none": None, "list": ["a", {"b": "c"}]},
    "who": "447700900001",
    "tricky": "${who}",
}
ROOTS = frozenset({"vars", "tricky"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("${vars.n}", 3),
        ("${ vars.n }", 3),
        ("n=${vars.n}", "n=3"),
        ("${vars.on} ${vars.none}.", "true ."),
        ("${vars.list}", ["a", {"b": "c"}]),
        ("${vars.list[1].b}", "c"),
        ("to ${who} from ${vars.clinic}", "to 447700900001 from 447700900010"),
        ("$${who}", "${who}"),
        ("a $${b} ${vars.n}", "a ${b} 3"),
        ("cost: $5 {x}", "cost: $5 {x}"),
        ("${tricky}", "${who}"),
        ({"a": ["${vars.n}", 1], "${who}": None}, {"a": [3, 1], "${who}": None}),
    ],
)
def test_expressions_become_what_they_stand_for(value: Json, expected: Json) -> None:
    assert expected == evaluate(value, CONTEXT)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("${nobody}", r"\$\{nobody\} stands for nothing: there is no nobody\."),
        ("${vars.x}", r"\$\{vars\.x\} stands for nothing: there is no x\."),
        ("${vars.n.x}", "there is no x"),
        ("${vars.list[2]}", "there is no 2"),
        ("${who[0]}", "there is no 0"),
        ("a ${who", r"\$\{who has no closing brace; write \$\$\{ where \$\{ itself is meant"),
        ("${}", r"\$\{\} is no expression; write a name such as \$\{vars\.clinic\}"),
        ("${1 + 1}", "is no expression"),
        ("${__import__('os')}", "is no expression"),
        ("${a..b}", "is no expression"),
    ],
)
def test_expression_that_stands_for_nothing_says_so(value: str, says: str) -> None:
    with pytest.raises(ExpressionError, match=says):
        evaluate(value, CONTEXT)


def test_names_are_found_wherever_they_stand() -> None:
    value = {"a": ["${vars.n}", "x ${who} $${no} ${match.day}"], "${key}": 1, "b": ("${who}",)}

    assert ["vars.n", "who", "match.day", "who"] == list(names_in(value))


def test_value_without_names_needs_no_context() -> None:
    assert not has_names({"a": ["b", 1, None, "$${x}"]})
    assert has_names(["${a}"])


def test_text_that_cannot_be_read_may_hold_names() -> None:
    assert may_hold_names("${a")
    assert not may_hold_names("a")


def test_settling_replaces_only_what_is_known_and_keeps_the_rest() -> None:
    value = {"a": "${vars.n}", "b": "${who} ${vars.clinic} $${x}", "c": ["${match.day}", 1], "d": ("${vars.on}",)}

    settled = settle(value, CONTEXT, ROOTS)

    assert {"a": 3, "b": "${who} 447700900010 $${x}", "c": ["${match.day}", 1], "d": [True]} == settled


def test_what_was_settled_is_not_taken_for_an_expression_later() -> None:
    settled = settle({"whole": "${tricky}", "part": "a ${tricky}"}, CONTEXT, ROOTS)

    assert {"whole": "${who}", "part": "a ${who}"} == evaluate(settled, {})


@given(st.text())
def test_settled_value_comes_out_as_it_went_in(value: str) -> None:
    settled = settle(["${vars.x}", "a${vars.x}"], {"vars": {"x": value}}, ROOTS)

    assert [value, f"a{value}"] == evaluate(settled, {})


@given(st.recursive(st.text("${}a.[0] "), st.lists, max_leaves=5))
def test_any_text_is_evaluated_or_refused(value: Json) -> None:
    try:
        evaluate(value, {"a": "b"})
    except ExpressionError:
        assert may_hold_names(value)


def test_root_is_where_a_path_begins() -> None:
    assert ("vars", "who") == (root_of("vars.list[0]"), root_of("who"))
    assert "c" == look_up("vars.list[1].b", CONTEXT)
