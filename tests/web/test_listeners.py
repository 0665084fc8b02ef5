"""Ports: which are opened, and what is said of those that cannot be."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mockserver.errors import UnreachableError
from mockserver.settings import Settings
from mockserver.web.listeners import Running, listen, listen_on, open_listeners, port_of, running_at


@pytest.fixture
def held() -> Iterator[ExitStack]:
    """Close what a test opened."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def taken(held: ExitStack) -> int:
    """Return a port that somebody listens on."""
    return port_of([held.enter_context(each) for each in listen("127.0.0.1", 0, "--port")])


def free_pair() -> int:
    """Return a port that is free, as is the one after it."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as one:
            port: int = one.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except (OSError, OverflowError):  # pragma: no cover, the next port is seldom taken
                continue
        return port


def test_port_0_picks_two_free_ports(tmp_path: Path, held: ExitStack) -> None:
    settings = Settings(port=0, tls_dir=str(tmp_path))

    plain, secure = open_listeners(settings, held)

    assert port_of(plain.sockets) != port_of(secure.sockets)
    assert (None, True) == (plain.certificate, secure.certificate is not None)


def test_https_listens_on_the_port_after_http(tmp_path: Path, held: ExitStack) -> None:
    port = free_pair()

    listeners = open_listeners(Settings(port=port, tls_dir=str(tmp_path)), held)

    assert [port, port + 1] == [port_of(each.sockets) for each in listeners]


def test_https_listens_on_the_port_it_is_given(tmp_path: Path, held: ExitStack) -> None:
    port = free_pair()

    listeners = open_listeners(Settings(port=0, tls_port=port, tls_dir=str(tmp_path)), held)

    assert port == port_of(listeners[1].sockets)


def test_without_tls_there_is_one_listener_and_no_certificate(tmp_path: Path, held: ExitStack) -> None:
    settings = Settings(port=0, tls=False, tls_dir=str(tmp_path / "tls"))

    (plain,) = open_listeners(settings, held)

    assert (None, False) == (plain.certificate, (tmp_path / "tls").exists())


def test_a_taken_port_is_told_in_a_sentence_and_exit_code_3(taken: int) -> None:
    with pytest.raises(UnreachableError) as caught:
        listen("127.0.0.1", taken, "--port")

    expected = (
        f"Port {taken} on 127.0.0.1 is taken by another program. Give another port by --port; 0 picks a free one."
    )
    assert (expected, 3) == (str(caught.value), caught.value.exit_code)


def test_a_taken_https_port_names_its_own_flag_and_frees_the_http_port(
    taken: int, tmp_path: Path, held: ExitStack
) -> None:
    port = free_pair()
    settings = Settings(port=port, tls_port=taken, tls_dir=str(tmp_path))

    with ExitStack() as opened, pytest.raises(UnreachableError, match="by --tls-port"):
        open_listeners(settings, opened)

    assert port == port_of([held.enter_context(each) for each in listen("127.0.0.1", port, "--port")])


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(UnreachableError) as caught:
        listen("240.0.0.1", 0, "--port")

    assert "This machine has no address 240.0.0.1. Give another by --host." == str(caught.value)


def test_an_address_this_machine_lacks_is_left_out_beside_one_it_has(held: ExitStack) -> None:
    addresses = [(socket.AF_INET, "240.0.0.1"), (socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "240.0.0.2")]

    (opened,) = (held.enter_context(each) for each in listen_on(addresses, 0, "--port"))

    assert "127.0.0.1" == opened.getsockname()[0]


def test_a_host_that_is_none_is_told() -> None:
    with pytest.raises(UnreachableError, match=r"^Cannot listen on no\.such\.invalid: .+\. Give an address of this"):
        listen("no.such.invalid", 0, "--port")


def test_localhost_listens_on_each_of_its_addresses_with_one_port(held: ExitStack) -> None:
    sockets = [held.enter_context(each) for each in listen("localhost", 0, "--port")]

    assert "127.0.0.1" in [each.getsockname()[0] for each in sockets]
    assert {port_of(sockets)} == {each.getsockname()[1] for each in sockets}


@pytest.mark.parametrize(
    ("host", "name"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("localhost", "localhost")],  # noqa: S104, on purpose
)
def test_running_at_names_an_address_clients_on_this_machine_reach(
    host: str, name: str, tmp_path: Path, held: ExitStack
) -> None:
    settings = Settings(host=host, port=0, tls_dir=str(tmp_path))
    listeners = open_listeners(settings, held)
    plain, secure = (port_of(each.sockets) for each in listeners)

    expected = Running(f"http://{name}:{plain}", f"https://{name}:{secure}", tmp_path / "ca.pem")
    assert expected == running_at(settings, listeners)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_running_at_writes_an_ipv6_address_in_brackets(held: ExitStack) -> None:
    settings = Settings(host="::", port=0, tls=False)
    listeners = open_listeners(settings, held)
    port = port_of(listeners[0].sockets)

    assert Running(f"http://[::1]:{port}") == running_at(settings, listeners)
    socket.create_connection(("127.0.0.1", port)).close()


@pytest.mark.parametrize("host", ["a..b", "x" * 64], ids=["dots", "long"])
def test_what_is_no_host_name_is_told_in_a_sentence(host: str) -> None:
    with pytest.raises(UnreachableError, match=r"this is no host name\. Give an address of this machine by --host"):
        listen(host, 0, "--port")
