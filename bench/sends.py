"""Measures accepted sends a second of our server and of the echo, in rounds that alternate."""

from http import HTTPStatus

from bench.load import Round, drive
from bench.programs import BenchError, Program, our_server, post, script, wait_until_idle
from bench.request import BAD_BODIES, BODY, HEADERS, NO_CREDENTIALS, PATH, Effort


def smoke(program: Program) -> None:
    """Raise BenchError unless the server takes a good body and refuses bad ones."""
    cases = [
        (HTTPStatus.ACCEPTED, BODY, HEADERS),
        *((HTTPStatus.BAD_REQUEST, bad, HEADERS) for bad in BAD_BODIES),
        (HTTPStatus.UNAUTHORIZED, BODY, NO_CREDENTIALS),
    ]
    for expected, body, headers in cases:
        status = post(program.port, PATH, body, headers)
        if status != expected:
            raise BenchError(f"smoke gate: {body!r} was answered {status}, not {expected}")


def measure_sends(effort: Effort) -> tuple[list[Round], list[Round]]:
    """Return the rounds of our server and those of the echo; who goes first alternates."""
    ours: list[Round] = []
    theirs: list[Round] = []
    # Statuses fall due after the run: what they cost is measured with the webhooks, not here.
    later = {"SUBMITTED_AFTER_S": "3600", "DELIVERED_AFTER_S": "3601"}
    with our_server({"TLS": "false", **later}) as server, script("echo") as echo:
        smoke(server)
        pairs = [(server, ours), (echo, theirs)]
        for program, _ in pairs:
            drive(program, PATH, BODY, HEADERS, 1)
        for _ in range(effort.rounds):
            for program, rounds in pairs:
                wait_until_idle(server)
                rounds.append(drive(program, PATH, BODY, HEADERS, effort.seconds))
            pairs.reverse()
    return ours, theirs
