"""What a URL's text alone tells: its host."""

import pytest

from mockserver.core.media import host


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Files.Example.org/a.png", "files.example.org"),
        ("http://files.example.org:8080/a", "files.example.org"),
        ("https://user@files.example.org/", "files.example.org"),
        ("files.example.org/a.png", ""),
        ("http://[::1/a", ""),
    ],
)
def test_the_host_is_read_in_lower_case_and_without_a_port(url: str, expected: str) -> None:
    assert expected == host(url)
