"""How the address of a server is written as a URL."""

import pytest

from mockserver.core.urls import server_url


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:7670"),
        ("mock.test", "http://mock.test:7670"),
        ("0.0.0.0", "http://127.0.0.1:7670"),  # noqa: S104, named, not bound
        ("::", "http://[::1]:7670"),
        ("fe80::1", "http://[fe80::1]:7670"),
    ],
)
def test_server_url_is_one_that_this_machine_reaches(host: str, url: str) -> None:
    assert url == server_url(host, 7670)


def test_server_url_has_the_scheme_it_is_given() -> None:
    assert "https://127.0.0.1:7671" == server_url("127.0.0.1", 7671, "https")
