"""Makes cases for the webhook endpoints of a system under test out of valid bodies; tries none of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

from hypothesis import strategies as st

from mockserver.core.places import Place, path, places, put, removed
from mockserver.core.scenario_values import TokenForm
from mockserver.fuzz import bodies
from mockserver.fuzz.cases import Case, Event, Hook, Material, Talk, bytes_of
from mockserver.fuzz.plain import ODD, with_stranger
from mockserver.model import Json
from mockserver.wire.forging import WRONG

Hooks: TypeAlias = st.SearchStrategy[Hook]
_MOST_HOOKS: Final = 6
_COPIES: Final = st.sampled_from((1, 1, 2))
_FORMS: Final[tuple[TokenForm, ...]] = tuple(WRONG)
_STRANGERS: Final = st.sampled_from(
    (None, True, 0, -1.5, "", "new", [], ["new"], {}, {"new": {"deeper": [1, None]}}, "x" * 300)
)
"""Values of members that nobody knows yet."""


class Making:
    """Makes cases by chance out of some material."""

    def __init__(self, material: Material) -> None:
        self._material = material

    def cases(self) -> st.SearchStrategy[Case]:
        """Return the cases: some about nothing that was sent, and some about each message that can be asked for."""
        free = _case(st.lists(self._free(), min_size=1, max_size=_MOST_HOOKS), None)
        told = [self._about(number, talk) for number, talk in enumerate(self._material.talks)]
        replies = [each for number, talk in enumerate(self._material.talks) for each in self._replies(number, talk)]
        return st.one_of([free, *told, *replies])

    def _replies(self, number: int, talk: Talk) -> Iterator[st.SearchStrategy[Case]]:
        """Yield single answers of words to a message: what most often makes a system under test do something."""
        if "inbound" in self._material.events:
            yield _case(self._said(talk).map(lambda hook: [hook]), number)

    def _about(self, number: int, talk: Talk) -> st.SearchStrategy[Case]:
        hooks = st.one_of(list(self._ours(talk)))
        hooks = hooks | _tampered(hooks) if self._material.is_signed else hooks
        return _case(st.lists(hooks | self._free(), min_size=1, max_size=_MOST_HOOKS), number)

    def _free(self) -> Hooks:
        """Return webhooks about what the system under test does not know, in every sort there is."""
        valid = self._valid()
        sorts = [valid, valid.flatmap(_with_stranger), valid.flatmap(_spoilt)]
        return st.one_of([*sorts, _tampered(valid)] if self._material.is_signed else sorts)

    def _valid(self) -> Hooks:
        made: list[Hooks] = []
        if "inbound" in self._material.events:
            made.append(_hooks("inbound", self._inbound(), is_ours=False))
        if "status" in self._material.events:
            made.append(_hooks("status", self._status(), is_ours=False))
        return st.one_of(made)

    def _ours(self, talk: Talk) -> Iterator[Hooks]:
        """Yield webhooks about a message that was sent: answers of words and of all kinds, and statuses."""
        versions = self._versions_of(talk)
        if "inbound" in self._material.events:
            kinds = st.one_of([bodies.inbound_webhooks(version=each, channel=talk.channel) for each in versions])
            yield self._said(talk)
            yield _hooks("inbound", kinds, is_ours=True)
        if "status" in self._material.events:
            made = st.one_of([bodies.status_webhooks(version=each, channel=talk.channel) for each in versions])
            yield _hooks("status", made, is_ours=True)

    def _said(self, talk: Talk) -> Hooks:
        """Return answers of words."""
        versions = self._versions_of(talk)
        texts = [bodies.inbound_webhooks(version=each, channel=talk.channel, kind="text") for each in versions]
        said = st.tuples(st.one_of(texts), st.sampled_from(self._material.words)).map(lambda pair: _saying(*pair))
        return _hooks("inbound", said, is_ours=True)

    def _versions_of(self, talk: Talk) -> list[str]:
        return [talk.version] if talk.version in self._material.versions else list(self._material.versions)

    def _inbound(self) -> st.SearchStrategy[Json]:
        return self._of(bodies.inbound_webhooks)

    def _status(self) -> st.SearchStrategy[Json]:
        return self._of(bodies.status_webhooks)

    def _of(self, make: Callable[..., st.SearchStrategy[Json]]) -> st.SearchStrategy[Json]:
        cells = ((version, channel) for version in self._material.versions for channel in self._material.channels)
        return st.one_of([make(version=version, channel=channel) for version, channel in cells])


@st.composite
def _odd(draw: st.DrawFn) -> Json:
    return draw(st.sampled_from(ODD))


def _case(hooks: st.SearchStrategy[list[Hook]], asks: int | None) -> st.SearchStrategy[Case]:
    return hooks.map(lambda listed: Case(tuple(listed), asks))


def _hooks(event: Event, made: st.SearchStrategy[Json], *, is_ours: bool) -> Hooks:
    return st.builds(Hook, st.just(event), made, copies=_COPIES, is_ours=st.just(is_ours))


def _tampered(hooks: Hooks) -> Hooks:
    """Return the same webhooks with wrong tokens."""
    pairs = st.tuples(hooks, st.sampled_from(_FORMS))
    return pairs.map(lambda pair: replace(pair[0], token=pair[1], copies=1))


def _saying(body: Json, text: str) -> Json:
    """Return an inbound text with other words."""
    if "message" not in body:
        return {**body, "text": text}
    message = body["message"]
    return {**body, "message": {**message, "content": {**message["content"], "text": text}}}


def _with_stranger(hook: Hook) -> Hooks:
    """Return a webhook with a member more, in any of its objects."""
    objects = [place for place, value in places(hook.body) if isinstance(value, dict)]
    made = st.tuples(st.sampled_from(objects), _STRANGERS)
    return made.map(lambda pair: with_stranger(hook, *pair))


def _spoilt(hook: Hook) -> Hooks:
    """Return a webhook in which a member is missing or has a value of another sort, or that is cut off."""
    members = [place for place, _ in places(hook.body) if place]
    raw = bytes_of(hook.body)

    def wrongly(pair: tuple[Place, Json]) -> Hook:
        place, value = pair
        return replace(hook, body=put(hook.body, place, value), sort="broken", about=f"{path(place)} is wrong")

    def without(place: Place) -> Hook:
        return replace(hook, body=removed(hook.body, place), sort="broken", about=f"{path(place)} is missing")

    missing = st.sampled_from(members).map(without)
    wrong = st.tuples(st.sampled_from(members), _odd()).map(wrongly)
    cut = st.integers(1, len(raw) - 1).map(lambda end: replace(hook, body=raw[:end], sort="broken", about="cut off"))
    return missing | wrong | cut
