"""``mockserver fuzz`` for webhook endpoints: puts server, system under test and search together."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.cli.client import Server
from mockserver.cli.fuzz_flags import chosen
from mockserver.cli.fuzz_output import Search, Told, searched
from mockserver.cli.fuzz_sut import Keeper, LiveSut, Reach
from mockserver.cli.sut import PORT, Program
from mockserver.contract.specs import load_specs
from mockserver.demo.stage import ended_by_sigterm
from mockserver.errors import UsageError
from mockserver.fuzz.cases import Case, Event, FreshIds, Material
from mockserver.fuzz.checks import checks_of
from mockserver.fuzz.hunt import Hunt, Plan
from mockserver.fuzz.making import Making
from mockserver.fuzz.plain import Plain
from mockserver.fuzz.trial import Examiner, Failed
from mockserver.fuzz.writing import Around, written
from mockserver.model import ANY_SECRET
from mockserver.service.versions import versions_of
from mockserver.wire.forging import Signer

if TYPE_CHECKING:
    from mockserver.scenario.recorded import Asked
    from mockserver.settings import Settings


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be tried on webhook endpoints; without ``channels``, all there are."""

    urls: Mapping[Event, str]
    asks: tuple["Asked", ...]
    words: tuple[str, ...]
    channels: tuple[str, ...]
    versions: tuple[str, ...]
    state_url: str | None
    secret: str | None
    patience_s: float
    settle_s: float

    def on_port(self, port: int) -> "Wishes":
        """Return the same with a port in the place of ``{port}``."""
        urls = {event: each.replace(PORT, str(port)) for event, each in self.urls.items()}
        state = None if self.state_url is None else self.state_url.replace(PORT, str(port))
        return replace(self, urls=urls, state_url=state)

    @property
    def told(self) -> tuple[str, ...]:
        """The flags that some checks need."""
        given = {"--secret": self.secret, "--state-url": self.state_url}
        return tuple(flag for flag, value in given.items() if value is not None)


def fuzz_webhooks(search: Search, wishes: Wishes, program: Program, settings: "Settings", url: str | None) -> int:
    """Fuzz the webhook endpoints of a system under test; return the exit code."""
    checks = checks_of("webhooks", search.without, wishes.told)
    documents = versions_of(load_specs(), exact=False)
    known = documents.specs.capabilities.channels
    channels = chosen(wishes.channels, known, "channel")
    if not any(known[channel].speaks(version) for channel in channels for version in wishes.versions):
        what = f"{', '.join(channels)} has no webhooks in {', '.join(wishes.versions)}"
        raise UsageError(what, where="--channel", fix="Name another channel, or leave out --version.")
    program, port = program.on_free_port()
    wishes = wishes.on_port(port)
    with (
        ended_by_sigterm(),
        server_at(settings, url) as server,
        _kept(search, program, port, server, settings) as keeper,
    ):
        reach = Reach(wishes.urls, wishes.asks, wishes.state_url, wishes.patience_s, wishes.settle_s)
        sut = LiveSut(reach, server, keeper)
        told = (channels, wishes.versions, tuple(wishes.urls), wishes.words)
        material = Material(*told, sut.greet(), is_signed=wishes.secret is not None)
        making, plain = Making(material), Plain(material, documents)
        signer = Signer(settings.signature_secret, settings.api_key)
        examiner = Examiner(sut, signer, checks, FreshIds(search.seed))
        plan = Plan(search.seed, search.examples, search.database)
        hunt: Hunt[Case, Failed] = Hunt(plan, examiner.attempt, lambda found: found.case.case.size)
        around = _around(search, wishes)
        telling = Told(checks, examiner.judged, lambda found: written(found, around))
        return searched(search, hunt, lambda: hunt.run(making.cases(), plain.cases()), telling)


def _around(search: Search, wishes: Wishes) -> Around:
    return Around(
        urls=wishes.urls,
        asks=wishes.asks,
        state_url=wishes.state_url or "",
        secret=wishes.secret,
        seed=search.seed,
        patience_s=wishes.patience_s,
        settle_s=wishes.settle_s,
    )


@contextmanager
def server_at(settings: "Settings", url: str | None) -> Iterator[Server]:
    """Yield the server to work on: the one at a URL, else one of our own that sends no webhooks by itself."""
    if url is not None:
        yield Server(url.rstrip("/"), settings.api_key)
        return
    from mockserver.web.app import create_app
    from mockserver.web.server import serving

    settings = replace(settings, inbound_url=None, status_url=None, magic=False)
    with serving(settings, app=create_app(settings)) as running:
        print(f"API  {running.url}", file=sys.stderr, flush=True)
        yield Server(running.url, settings.api_key)


@contextmanager
def _kept(search: Search, program: Program, port: int, server: Server, settings: "Settings") -> Iterator[Keeper]:
    """Keep the system under test running for the length of a ``with`` block, if it is ours."""
    with tempfile.TemporaryDirectory(prefix="mockserver-fuzz-") as folder:
        environ = {**search.shell.environ, **environ_of(server.url, settings, settings.api_key), "PORT": str(port)}
        with closing(Keeper(program, environ, search.shell.folder, Path(folder) / "sut.log")) as keeper:
            keeper.revive()
            yield keeper


def environ_of(url: str, settings: "Settings", account: str) -> dict[str, str]:
    """Return how a system under test learns of the server."""
    return {
        "MESSAGES_API_URL": url,
        "MESSAGES_API_KEY": account,
        "MESSAGES_API_SECRET": settings.api_secret or ANY_SECRET,
        "MESSAGES_SIGNATURE_SECRET": settings.signature_secret,
    }
