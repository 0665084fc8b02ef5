"""Measures answers a second of our server, of the baselines and of the peers, in rounds that alternate."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bench.control import Control, forget
from bench.load import Round, drive
from bench.peers import checked, install, openapi_backend, prism, version_of, wiremock
from bench.programs import BenchError, Program, our_server, post, script, wait_until_idle
from bench.request import (
    ACCOUNT,
    FAILOVER,
    NO_CREDENTIALS,
    PEER_GATE,
    REFUSED,
    SECRET,
    V0_1,
    V0_1_GATE,
    V1,
    V1_GATE,
    Effort,
    Gate,
    Load,
    bearer,
)

LATER: Final = {"SUBMITTED_AFTER_S": "3600", "DELIVERED_AFTER_S": "3601", "READ_AFTER_S": "3602"}
"""Statuses are planned, but fall due after the run: what they cost is measured with the webhooks."""
APPLICATION: Final = "5b1c7a52-8c44-4b53-9d36-0f2a1f4c7e11"
TOKEN_S: Final = 86_400

Start = Callable[[Path], AbstractContextManager[Program]]

BASELINES: Final[tuple[tuple[str, Start], ...]] = (("openapi-core in a handler", checked),)
PEERS: Final[tuple[tuple[str, str, Start], ...]] = (
    ("Prism", "@stoplight/prism-cli", prism),
    ("openapi-backend on fastify", "openapi-backend", openapi_backend),
    ("WireMock", "wiremock", wiremock),
)
"""The name in the report, the package, and what starts it."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One row of the report: a request, and the program it is sent to."""

    name: str
    program: Program
    load: Load
    is_peer: bool = False


@dataclass(slots=True)
class Sends:
    """The rounds of each contender, why others are not among them, and the versions of the peers."""

    rounds: dict[str, list[Round]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def per_s(self, name: str) -> list[float]:
        """Return what each round of a contender measured; nothing if it is left out."""
        return [each.per_s for each in self.rounds.get(name, [])]

    def leave_out(self, name: str, reason: str) -> None:
        """Take a peer out of the comparison."""
        self.rounds.pop(name, None)
        self.left_out[name] = reason


def pass_gate(program: Program, gate: Gate) -> None:
    """Raise BenchError unless a server takes a good request, and refuses bad bodies and missing credentials."""
    good = gate.good
    _expect(program, good, range(good.status, good.status + 1))
    for body in gate.bad:
        _expect(program, replace(good, body=body), _refusals(gate))
    _expect(program, replace(good, headers=NO_CREDENTIALS), range(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNAUTHORIZED + 1))


def _refusals(gate: Gate) -> list[int]:
    if gate.refusal is not None:
        return [gate.refusal]
    return [status for status in range(400, 500) if status != HTTPStatus.UNAUTHORIZED]


def _expect(program: Program, load: Load, expected: list[int] | range) -> None:
    status = post(program.port, load.path, load.body, load.headers)
    if status not in expected:
        wanted = f"{expected[0]}" if len(expected) == 1 else "a refusal"
        secured = "" if "Authorization" in load.headers else " without credentials"
        raise BenchError(f"smoke gate: {load.body.decode()}{secured} was answered {status}, not {wanted}")


def measure_sends(effort: Effort) -> Sends:
    """Return the rounds of all; who goes first alternates, and a peer that fails is left out with the reason."""
    found = Sends()
    with ExitStack() as stack:
        contenders = [
            *_ours(stack.enter_context(our_server(LATER))),
            *_echoes(stack.enter_context(script("echo"))),
            *_baselines(stack),
            *(_peers(stack, found) if effort.peers else ()),
        ]
        if effort.warm_s:
            _take_round(found, contenders, effort.warm_s)
        found.rounds.clear()
        for _ in range(effort.rounds):
            _take_round(found, contenders, effort.seconds)
            contenders.reverse()
    return found


def _take_round(found: Sends, contenders: list[Contender], seconds: int) -> None:
    for each in contenders:
        if each.name in found.left_out:
            continue
        try:
            found.rounds.setdefault(each.name, []).append(drive(each.program, each.load, seconds))
            _settle(each)
        except BenchError as error:
            if not each.is_peer:
                raise
            found.leave_out(each.name, str(error))


def _settle(contender: Contender) -> None:
    """Have our server forget the round, so that each begins alike, and wait until nobody works any more."""
    if contender.program.name == "mockserver":
        with Control(contender.program) as control:
            forget(control, ACCOUNT)
    wait_until_idle(contender.program)


def _ours(server: Program) -> Iterator[Contender]:
    token = bearer(_register_application(server))
    pass_gate(server, V1_GATE)
    pass_gate(server, V0_1_GATE)
    yield Contender("mockserver v1", server, V1)
    yield Contender("mockserver v0.1", server, V0_1)
    yield Contender("mockserver v1, token", server, replace(V1, headers=token))
    yield Contender("mockserver v1, failover", server, FAILOVER)
    yield Contender("mockserver v1, refused", server, REFUSED)


def _register_application(server: Program) -> str:
    """Give the account an application with a key of its own, so that its tokens are verified; return a token."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    application = {"id": APPLICATION, "name": "bench", "public_key": public}
    with Control(server) as control:
        control.call("PUT", f"/_mock/accounts/{ACCOUNT}", {"secrets": [SECRET], "applications": [application]})
    now = int(time.time())
    claims = {"application_id": APPLICATION, "iat": now, "exp": now + TOKEN_S, "jti": "bench"}
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return jwt.encode(claims, private, algorithm="RS256")


def _echoes(echo: Program) -> Iterator[Contender]:
    yield Contender("bare echo, body of v1", echo, V1)
    yield Contender("bare echo, body of v0.1", echo, V0_1)


def _baselines(stack: ExitStack) -> Iterator[Contender]:
    for name, start in BASELINES:
        program = stack.enter_context(_in_folder(start))
        pass_gate(program, PEER_GATE)
        yield Contender(name, program, V1)


def _peers(stack: ExitStack, found: Sends) -> Iterator[Contender]:
    missing = install()
    for name, package, start in PEERS:
        if missing is not None:
            found.leave_out(name, f"not installed: {missing}")
            continue
        found.versions[name] = version_of(package)
        try:
            program = stack.enter_context(_in_folder(start))
            pass_gate(program, PEER_GATE)
        except BenchError as error:
            found.leave_out(name, str(error))
        else:
            yield Contender(name, program, V1, is_peer=True)


@contextmanager
def _in_folder(start: Start) -> Iterator[Program]:
    with tempfile.TemporaryDirectory() as folder, start(Path(folder)) as program:
        yield program
