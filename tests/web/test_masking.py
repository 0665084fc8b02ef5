"""Bodies in the journal: as they were sent, but for the tokens in them."""

import pytest

from mockserver.problem import Violation
from mockserver.web.masking import masked_body, unquoted


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{ "name" : "Cafe" }', '{ "name" : "Cafe" }'),
        (b'{ "access_token" : "page-token-1" }', '{"access_token":"page-t..."}'),
        (b'{"a":[{"access_token":"page-token-1"}]}', '{"a":[{"access_token":"page-t..."}]}'),
        (b'{"access_token":"page-token-1","access_token":"other-token-1"}', '{"access_token":"other-..."}'),
        (b'{"access\\u005ftoken":"page-token-1"}', '{"access_token":"page-t..."}'),
        (b'{"access_token":"page-token-1",}', '{"access_token":"page-t...",}'),
        (b"\xff", "�"),
        (b"", ""),
    ],
    ids=["none", "one", "inside", "twice", "escaped", "no JSON", "no UTF-8", "empty"],
)
def test_body_is_shown_without_its_tokens(raw: bytes, expected: str) -> None:
    assert expected == masked_body(raw)


def test_piece_of_a_broken_body_is_told_only_without_tokens_in_it() -> None:
    violation = Violation(
        "body", "json", "The body is not JSON: Expecting value at line 1 column 7, near 'oken-1\",}'."
    )

    assert violation == unquoted(violation, b'{"name": }')
    assert (
        "The body is not JSON: Expecting value at line 1 column 7."
        == unquoted(violation, b'{"access_token": "page-token-1",}').reason
    )
