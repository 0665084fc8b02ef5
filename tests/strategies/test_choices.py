"""What there is not is refused in words that name the nearest; without Hypothesis the whole says what to install."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.errors import UsageError
from mockserver.strategies import (
    broken_bodies,
    error_answers,
    inbound_webhooks,
    phone_numbers,
    send_bodies,
    signed,
    status_sequences,
    status_webhooks,
    texts,
)

_MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    "version": (lambda: send_bodies("v2"), "version: there is no version 'v2'. Known: v0.1, v1."),
    "channel": (
        lambda: send_bodies("v1", "watsapp"),
        "channel: there is no channel 'watsapp' in v1. Did you mean whatsapp? Known: sms, mms, rcs, viber,",
    ),
    "channel of another version": (
        lambda: inbound_webhooks("v0.1", "rcs"),
        "channel: there is no channel 'rcs' in v0.1. Known: sms, mms, viber, messenger, whatsapp.",
    ),
    "kind": (
        lambda: send_bodies("v0.1", "mms", "imge"),
        "kind: there is no outbound kind 'imge' on mms in v0.1. Did you mean image? Known: text, image.",
    ),
    "kind of any channel": (
        lambda: inbound_webhooks(kind="dance"),
        "kind: there is no inbound kind 'dance' on any channel. Known: text,",
    ),
    "status": (
        lambda: status_webhooks("v1", "sms", "read"),
        "status: there is no status 'read'. Known: submitted, delivered, rejected, undeliverable.",
    ),
    "rule": (lambda: broken_bodies(rule="requires"), "rule: there is no rule 'requires'. Did you mean required?"),
    "rule of another cell": (
        lambda: broken_bodies("v0.1", "sms", "text", rule="range"),
        "rule: there is no rule 'range' to break in these bodies. Known: required,",
    ),
    "field": (
        lambda: broken_bodies("v1", "sms", "text", field="txt"),
        "field: there is no field 'txt' to break in these bodies. Did you mean text?",
    ),
    "operation": (
        lambda: error_answers("sendMesage"),
        "operation: there is no operation 'sendMesage'. Did you mean sendMessage?",
    ),
    "status of an error": (
        lambda: error_answers(status=418),
        "status of an error: there is no status of an error '418'.",
    ),
    "version of an operation": (lambda: error_answers("updateMessage", version="v0.1"), "Did you mean messages-v1?"),
    "country": (lambda: phone_numbers("ZZ"), "country: there is no country 'ZZ'."),
    "lengths": (lambda: texts(min_chars=5, max_chars=4), "texts: no text has at least 5 and at most 4 characters."),
    "form": (lambda: signed({}, "s", form="unsingned"), "Did you mean unsigned?"),  # type: ignore[call-overload]
    "trouble": (lambda: status_sequences(trouble=["gap"]), "Did you mean gaps?"),  # type: ignore[list-item]
    "message": (lambda: status_sequences(7), "status_sequences: no message can be read from int. Pass a body"),
    "member": (lambda: status_sequences({"channel": "sms"}), "status_sequences: the message lacks 'message_uuid'."),
}


@pytest.mark.parametrize("mistake", _MISTAKES)
def test_mistake_is_told_with_the_nearest_choice(mistake: str) -> None:
    make, words = _MISTAKES[mistake]

    with pytest.raises(UsageError) as caught:
        make()

    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["viber", "viber_service", "viber_service_msg", "VIBER"])
def test_channel_may_be_called_by_any_of_its_names(name: str) -> None:
    assert send_bodies("v1", name, "text") is not None


def test_without_hypothesis_one_error_names_the_extra() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; import mockserver.strategies"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert run.returncode == 1
    last = run.stderr.strip().splitlines()[-1]
    assert "mockserver.strategies needs Hypothesis, which is not installed. Install the extra: pip install" in last
    assert "messages-mockserver[fuzz]" in last
