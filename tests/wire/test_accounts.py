"""The External Accounts API on the wire: accounts, pages, problems to the letter, and tokens that do not show."""

import pytest

from mockserver.model import Json, Sender
from mockserver.problem import Problem, Violation
from mockserver.wire import accounts

BASE = "http://127.0.0.1:7670/beta/chatapp-accounts"
PAGE = Sender("messenger", "104455667788990", "app-1", "Cafe page", "page-token-1")
ERRORS = "https://www.nexmo.com/messages/Errors"


def test_account_stands_in_the_documented_order_with_its_token_in_clear() -> None:
    body = accounts.account_body(PAGE, "ab12cd34", "messenger", has_token=True)

    expected = {
        "provider": "messenger",
        "external_id": "104455667788990",
        "api_key": "ab12cd34",
        "name": "Cafe page",
        "applications": ["app-1"],
        "access_token": "page-token-1",
    }
    assert list(expected.items()) == list(body.items())


def test_account_of_a_provider_without_tokens_shows_none() -> None:
    body = accounts.account_body(Sender("viber", "31007"), "ab12cd34", "viber_service_msg", has_token=False)

    expected = {"provider": "viber_service_msg", "external_id": "31007", "api_key": "ab12cd34", "applications": []}
    assert expected == body


def test_account_seeded_without_a_token_shows_an_empty_one() -> None:
    body = accounts.account_body(Sender("messenger", "1"), "ab12cd34", "messenger", has_token=True)

    assert "" == body["access_token"]


def test_request_that_was_read_is_what_the_account_shows() -> None:
    request = {"external_id": "1", "access_token": "t", "name": "n", "applications": ["app-1"]}

    body = accounts.account_body(accounts.read_account(request, "messenger"), "k", "messenger", has_token=True)

    assert {**request, "provider": "messenger", "api_key": "k"} == body


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, PAGE),
        ({"name": "New"}, Sender("messenger", PAGE.id, "app-1", "New", "page-token-1")),
        ({"name": ""}, Sender("messenger", PAGE.id, "app-1", "", "page-token-1")),
        ({"access_token": "t2"}, Sender("messenger", PAGE.id, "app-1", "Cafe page", "t2")),
        ({"applications": ["app-2"]}, Sender("messenger", PAGE.id, "app-2", "Cafe page", "page-token-1")),
        ({"applications": []}, Sender("messenger", PAGE.id, None, "Cafe page", "page-token-1")),
        ({"name": None, "access_token": None, "applications": None}, PAGE),
        ({"colour": "red"}, PAGE),
    ],
    ids=["nothing", "name", "empty name", "token", "another application", "no application", "nulls", "stranger"],
)
def test_changes_are_applied(changes: Json, expected: Sender) -> None:
    assert expected == accounts.changed(PAGE, changes)


PROBLEMS: list[tuple[str, Problem, int, Json]] = [
    ("unknown", accounts.UNKNOWN, 404, None),
    (
        "somebody else's",
        accounts.SOMEBODY_ELSES,
        403,
        {"title": "Wrong authentication - You are not authorised to access this resource"},
    ),
    (
        "unauthorised",
        Problem(401, *accounts.UNAUTHORISED),
        401,
        {
            "title": "Unauthorised",
            "detail": "Request header 'Authorization' missing / Invalid Token",
            "instance": None,
        },
    ),
    (
        "cannot link",
        accounts.cannot_link("why"),
        403,
        {"type": f"{ERRORS}#Forbidden", "title": "Forbidden", "detail": "Cannot link application", "instance": None},
    ),
    (
        "cannot unlink",
        accounts.cannot_unlink("why"),
        403,
        {"type": f"{ERRORS}#Forbidden", "title": "Forbidden", "detail": "Cannot unlink application", "instance": None},
    ),
    (
        "link conflict",
        accounts.link_conflict("why"),
        409,
        {
            "type": f"{ERRORS}#Conflict",
            "title": "Application conflict",
            "detail": "Unable to link application",
            "instance": None,
        },
    ),
    (
        "unlink conflict",
        accounts.unlink_conflict("why"),
        409,
        {
            "type": f"{ERRORS}#Conflict",
            "title": "Application conflict",
            "detail": "Unable to unlink application",
            "instance": None,
        },
    ),
    (
        "account conflict",
        accounts.account_conflict("104"),
        409,
        {
            "type": f"{ERRORS}#Conflict",
            "title": "Account conflict",
            "detail": "The account 104 exists already",
            "instance": None,
        },
    ),
    (
        "invalid",
        accounts.invalid(
            (
                Violation("external_id", "required", "Missing `external_id` field: expected an id."),
                Violation("name", "type", "`name` is the number 7, not a string."),
            )
        ),
        400,
        {
            "type": f"{ERRORS}#InvalidParams",
            "title": "Your request parameters didn't validate.",
            "detail": "Found errors validating 2 of your submitted parameters.",
            "instance": None,
            "invalid_params": [
                {"name": "external_id", "reason": "Missing `external_id` field"},
                {"name": "name", "reason": "`name` is the number 7, not a string."},
            ],
        },
    ),
]


@pytest.mark.parametrize(
    ("problem", "status", "body"), [each[1:] for each in PROBLEMS], ids=[each[0] for each in PROBLEMS]
)
def test_problem_is_written_to_the_letter(problem: Problem, status: int, body: Json) -> None:
    assert (status, body) == (problem.status, accounts.problem_body(problem))


@pytest.mark.parametrize(
    ("number", "size", "total", "pages"),
    [
        (1, 20, 0, {"self": 1, "first": 1, "last": 1}),
        (1, 20, 20, {"self": 1, "first": 1, "last": 1}),
        (1, 20, 21, {"self": 1, "next": 2, "first": 1, "last": 2}),
        (2, 1, 3, {"self": 2, "next": 3, "prev": 1, "first": 1, "last": 3}),
        (3, 1, 3, {"self": 3, "prev": 2, "first": 1, "last": 3}),
        (4, 1, 3, {"self": 4, "prev": 3, "first": 1, "last": 3}),
        (9, 1, 3, {"self": 9, "prev": 3, "first": 1, "last": 3}),
        (2, 5, 0, {"self": 2, "prev": 1, "first": 1, "last": 1}),
    ],
    ids=["none", "full page", "one over", "middle", "last", "just beyond", "far beyond", "beyond nothing"],
)
def test_links_lead_where_there_is_something(number: int, size: int, total: int, pages: dict[str, int]) -> None:
    links = accounts.page_links(BASE, number=number, size=size, total=total, provider=None)

    expected = {name: f"{BASE}?page_number={page}&page_size={size}" for name, page in pages.items()}
    assert expected == links


def test_links_keep_the_filter() -> None:
    links = accounts.page_links(BASE, number=1, size=2, total=1, provider="whatsapp")

    assert f"{BASE}?page_number=1&page_size=2&provider=whatsapp" == links["self"]


def test_page_holds_a_plain_list_and_objects_for_links() -> None:
    page = accounts.page_body([{"x": 1}], {"self": BASE}, number=1, size=20)

    expected = {"page_number": 1, "page_size": 20, "_embedded": [{"x": 1}], "_links": {"self": {"href": BASE}}}
    assert expected == page


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"access_token": "page-token-1"}, {"access_token": "page-t..."}),
        ({"_embedded": [{"access_token": "abc"}]}, {"_embedded": [{"access_token": "a..."}]}),
        ({"acces_Token": "page-token-1"}, {"acces_Token": "page-t..."}),
        ({"access_token": 1234567}, {"access_token": "..."}),
        ({"access_token": {"value": "x"}}, {"access_token": "..."}),
        ({"access_token": None, "name": "n"}, {"access_token": None, "name": "n"}),
        ("token", "token"),
    ],
    ids=["account", "list", "misspelt", "number", "object", "null", "no member"],
)
def test_token_is_shortened_wherever_it_stands(value: Json, expected: Json) -> None:
    assert expected == accounts.masked(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"access_token": "page-token-1",}', '{"access_token": "page-t...",}'),
        ('{"access_token":"page-token-1', '{"access_token":"page-t...'),
        (r'{"access_token":"page\"token-1"', r'{"access_token":"page\"..."'),
        ("{'access_token': 'page-token-1'}", "{'access_token': 'page-t...'}"),
        ("external_id=1&access_token=page-token-1&name=x", "external_id=1&access_token=page-t...&name=x"),
        ('{"name": "Cafe",}', '{"name": "Cafe",}'),
    ],
    ids=["comma", "cut off", "escape", "single quotes", "form", "none"],
)
def test_token_is_shortened_in_what_is_no_json(text: str, expected: str) -> None:
    assert expected == accounts.masked_text(text)
