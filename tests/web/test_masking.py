"""Bodies in the journal: as they were sent, but for the tokens in them."""

import pytest

from mockserver.problem import Violation
from mockserver.web.masking import masked_body, unquoted


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{ "name" : "Cafe on the corner" }', '{ "name" : "Cafe on the corner" }'),
        (b'{ "access_token" : "page-token-1" }', '{"access_token":"page-t..."}'),
        (b'{"access_tokn":"page-token-1"}', '{"access_tokn":"page-t..."}'),
        (b'{"a":[{"access_token":"page-token-1"}, 7]}', '{"a":[{"access_token":"page-t..."},7]}'),
        (b'["page-token-1"]', '["page-t..."]'),
        (b'{"access_token":"page-token-1","access_token":"other-token-1"}', '{"access_token":"other-..."}'),
        (b'{"access\\u005ftoken":"page-token-1"}', '{"access_token":"page-t..."}'),
        (b'{"access_token" "page-token-1"}', "(31 bytes that are no JSON, not shown since a token may be among them)"),
        (b"\xff", "(1 bytes that are no JSON, not shown since a token may be among them)"),
        (b"", ""),
    ],
    ids=["none", "one", "misspelt", "inside", "list", "twice", "escaped", "no JSON", "no UTF-8", "empty"],
)
def test_body_is_shown_without_its_tokens(raw: bytes, expected: str) -> None:
    assert expected == masked_body(raw)


def test_piece_of_a_broken_body_is_not_told() -> None:
    violation = Violation(
        "body", "json", "The body is not JSON: Expecting value at line 1 column 7, near 'oken-1\",}'."
    )

    assert "The body is not JSON: Expecting value at line 1 column 7." == unquoted(violation).reason
