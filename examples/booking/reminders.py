"""Sends the reminders of a day, one after the other, and ends: 0 if all were taken, 1 if the clinic must look at some.

It knows nothing of mockserver: point MESSAGES_API_URL at the real host or at a stand-in. Standard library only.

python reminders.py 447700900101 447700900102
"""

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]

USUAL = ("447700900101", "447700900102")
SENDER = "447700900010"
TRIES = 3
ANSWER_S = 3
PAUSE_S = 0.2
# Answers that say the message was not taken, so that it may be sent again.
NOT_TAKEN = {429, 503}
TAKEN = 202


class NoAnswerError(Exception):
    """Nobody knows whether the message was taken; a second one could be one too many."""


def reminder(number: str) -> Json:
    """Return the body of a reminder."""
    return {
        "from": {"type": "sms", "number": SENDER},
        "to": {"type": "sms", "number": number},
        "message": {"content": {"type": "text", "text": "Tomorrow at ten?"}},
    }


def post(environ: Mapping[str, str], body: Json) -> tuple[int, float]:
    """Send once; return the status of the answer and how long to wait before another try."""
    credentials = f"{environ['MESSAGES_API_KEY']}:{environ['MESSAGES_API_SECRET']}"
    headers = {
        "Content-Type": "application/json",
        "Authorization": "Basic " + b64encode(credentials.encode()).decode(),
    }
    url = environ["MESSAGES_API_URL"].rstrip("/") + "/v0.1/messages"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - the API's own URL
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310 - the same
            json.loads(answer.read())
            return answer.status, 0.0
    except urllib.error.HTTPError as error:
        pause = error.headers.get("Retry-After", "")
        return error.code, float(pause) if pause.isdecimal() else PAUSE_S
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NoAnswerError(repr(error)) from error


def send(environ: Mapping[str, str], body: Json, sleep: Callable[[float], None]) -> str:
    """Send a message, more than once only where that is safe; return what is amiss, nothing if it was taken."""
    status = 0
    for _ in range(TRIES):
        try:
            status, pause_s = post(environ, body)
        except NoAnswerError as error:
            return f"no answer: {error}"
        if status == TAKEN:
            return ""
        if status not in NOT_TAKEN:
            break
        sleep(pause_s)
    return f"answered {status}"


def main(environ: Mapping[str, str], numbers: list[str], sleep: Callable[[float], None] = time.sleep) -> int:
    """Send all reminders; return the exit code."""
    missed = 0
    for number in numbers or USUAL:
        if why := send(environ, reminder(number), sleep):
            print(f"{number}: {why}", file=sys.stderr)
            missed += 1
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.argv[1:]))
