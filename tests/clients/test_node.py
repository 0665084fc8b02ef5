"""Runs of Node clients: what a test is told if there is nothing to run, and if the driver failed."""

import pytest

from tests.clients.node import NodeClient


def test_client_that_is_not_installed_says_how_to_install_it() -> None:
    with pytest.raises((pytest.skip.Exception, pytest.fail.Exception), match="missing: run `make node-clients`"):
        NodeClient("nowhere", "none", "nowhere/send.js").ready()


@pytest.mark.node
def test_driver_that_fails_says_why() -> None:
    client = NodeClient("node-v3", "@vonage/server-sdk", "node-v3/send.mjs")
    client.ready()

    with pytest.raises(AssertionError, match=r"the client would send to http://rest\.example\.org"):
        client.run({"host": "http://rest.example.org", "auth": {}, "calls": []})
