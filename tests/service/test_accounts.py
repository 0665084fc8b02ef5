"""Whoever asks gets a world of their own, the same one each time, and nobody else's."""

import asyncio

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mockserver.errors import ConfigError
from mockserver.model import Account, Application, Json, Sender
from mockserver.service.accounts import Caller
from mockserver.wire.signing import Refused
from tests.service.conftest import KEY, OpenWorld, World, basic

_NOW_S = 1_790_000_000.0
_APP = "7b8a3c1e-5f02-4b7d-9d8e-2f6a1c0b4e99"
_PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PUBLIC = _PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
_OTHERS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def bearer(application: str = _APP, key: rsa.RSAPrivateKey = _PRIVATE, **claims: Json) -> list[str]:
    """Return the Authorization headers of a request with a token."""
    all_claims = {"application_id": application, "iat": int(_NOW_S), "jti": "id-1", **claims}
    return [f"Bearer {jwt.encode(all_claims, key, algorithm='RS256')}"]


async def _identified(world: World, headers: list[str], now_s: float = _NOW_S) -> Caller:
    caller = await world.runtime.accounts.identify(headers, now_s)
    assert isinstance(caller, Caller), caller
    return caller


async def _refused(world: World, headers: list[str], now_s: float = _NOW_S) -> str:
    refused = await world.runtime.accounts.identify(headers, now_s)
    assert isinstance(refused, Refused)
    return refused.reason


# Keys and secrets


async def test_an_unknown_key_gets_a_fresh_world(world: World) -> None:
    caller = await _identified(world, basic("new-key"))

    assert caller == Caller(Account("new-key"))
    assert [each.api_key for each in await world.runtime.store.accounts()] == [KEY, "new-key"]


async def test_the_same_key_gets_the_same_world_with_any_secret(world: World) -> None:
    first = await _identified(world, basic("new-key", "one"))
    sent = await world.send(key="new-key")
    second = await _identified(world, basic("new-key", "two"))

    assert first == second
    assert await world.message(sent.uuid, "new-key") == sent
    assert await world.runtime.store.message(KEY, sent.uuid) is None


async def test_two_valid_secrets_are_both_accepted(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", secrets=("old", "new")))

    callers = [await _identified(world, basic("key", secret)) for secret in ("old", "new")]

    assert [each.account.api_key for each in callers] == ["key", "key"]
    assert await _refused(world, basic("key", "other")) == "the API secret is none of those of account key"


async def test_a_rotated_secret_is_refused(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", secrets=("old", "new")))
    await _identified(world, basic("key", "old"))

    await world.runtime.accounts.put(Account("key", secrets=("new",)))

    assert "secret" in await _refused(world, basic("key", "old"))
    await _identified(world, basic("key", "new"))


async def test_the_default_account_takes_only_the_configured_secret(open_world: OpenWorld) -> None:
    world = await open_world(api_key="mine", api_secret="right")

    assert (await _identified(world, basic("mine", "right"))).account.api_key == "mine"
    assert "secret" in await _refused(world, basic("mine", "wrong"))


async def test_a_configured_account_replaces_the_default_one(open_world: OpenWorld) -> None:
    configured = Account(KEY, status_url="http://own.test/")
    world = await open_world(configured)

    assert await world.runtime.accounts.find(None) == configured


async def test_refusals_of_the_credentials_are_passed_on(world: World) -> None:
    assert await _refused(world, []) == "there is no Authorization header"


async def test_many_new_keys_at_once_each_get_one_world(world: World) -> None:
    keys = [f"key-{number % 10}" for number in range(50)]

    await asyncio.gather(*(_identified(world, basic(key)) for key in keys))

    assert len(await world.runtime.store.accounts()) == 11


# Tokens


async def test_an_unknown_application_gets_a_world_of_its_own(world: World) -> None:
    one = await _identified(world, bearer("app-one"))
    other = await _identified(world, bearer("app-two"))

    assert one.application == "app-one"
    assert one.account.applications == (Application("app-one"),)
    assert len({one.account.api_key, other.account.api_key, KEY}) == 3


async def test_an_unknown_application_gets_the_same_world_in_every_run(open_world: OpenWorld) -> None:
    callers = [await _identified(await open_world(seed=seed), bearer("app-one")) for seed in (1, 2)]

    assert callers[0] == callers[1]


async def test_the_world_of_a_met_application_keeps_what_was_known_of_its_key(world: World) -> None:
    """Its key can be met, or configured, before the application is."""
    api_key = (await _identified(world, bearer("app-one"))).account.api_key
    await world.runtime.accounts.put(Account(api_key, status_url="http://own.test/"))

    caller = await _identified(world, bearer("app-one"))

    assert caller.account == Account(api_key, status_url="http://own.test/", applications=(Application("app-one"),))


async def test_a_token_of_an_unknown_application_needs_no_right_signature(world: World) -> None:
    assert (await _identified(world, bearer(key=_OTHERS))).application == _APP


async def test_a_token_of_a_known_application_needs_the_right_signature(open_world: OpenWorld) -> None:
    account = Account("key", applications=(Application(_APP, public_key=_PUBLIC),))
    world = await open_world(account)

    assert await _identified(world, bearer()) == Caller(account, _APP)
    assert f"does not match the public key of application {_APP}" in await _refused(world, bearer(key=_OTHERS))


async def test_find_knows_keys_and_applications(open_world: OpenWorld) -> None:
    account = Account("key", applications=(Application(_APP),))
    world = await open_world(account)

    found = [await world.runtime.accounts.find(name) for name in ("key", _APP, "nobody")]

    assert found == [account, account, None]


# Strict


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        (basic("new-key"), "the API key 'new-key' is not configured, and auth is strict"),
        (basic("key", "wrong"), "the API secret is none of those of account key"),
        (bearer("new-app"), "the application 'new-app' is not configured, and auth is strict"),
        (bearer("keyless"), "the application 'keyless' has no public key, and auth is strict"),
        (bearer(key=_OTHERS), "does not match the public key"),
    ],
    ids=["unknown key", "wrong secret", "unknown application", "no public key", "wrong signature"],
)
async def test_strict_refuses_whoever_is_not_configured(open_world: OpenWorld, headers: list[str], words: str) -> None:
    applications = (Application(_APP, public_key=_PUBLIC), Application("keyless"))
    world = await open_world(Account("key", secrets=("right",), applications=applications), auth="strict")
    before = await world.runtime.store.accounts()

    assert words in await _refused(world, headers)
    assert await world.runtime.store.accounts() == before


async def test_strict_lets_in_whoever_is_configured(open_world: OpenWorld) -> None:
    applications = (Application(_APP, public_key=_PUBLIC),)
    world = await open_world(Account("key", secrets=("right",), applications=applications), auth="strict")

    callers = [await _identified(world, headers) for headers in (basic("key", "right"), bearer())]

    assert [(each.account.api_key, each.application) for each in callers] == [("key", None), ("key", _APP)]


# Senders


@pytest.mark.parametrize("name", ["viber", "viber_service_msg", "VIBER_service"])
async def test_channels_of_senders_are_known_by_any_of_their_names(world: World, name: str) -> None:
    known = await world.runtime.accounts.put(Account("key", senders=(Sender(name, "31007"),)))

    assert known == Account("key", senders=(Sender("viber", "31007"),))
    assert await world.runtime.accounts.find("key") == known


async def test_channels_of_senders_are_known_by_any_of_their_names_in_the_configuration(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", senders=(Sender("facebook", "page-1"),)))

    assert (await world.account("key")).senders == (Sender("messenger", "page-1"),)


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("whatsap", "Did you mean whatsapp? Known: sms, mms, rcs, viber, messenger, whatsapp."),
        ("fax", "Known: sms, mms,"),
    ],
)
async def test_a_sender_on_an_unknown_channel_is_refused_with_the_nearest(world: World, name: str, fix: str) -> None:
    with pytest.raises(ConfigError) as caught:
        await world.runtime.accounts.put(Account("key", senders=(Sender("sms", "A"), Sender(name, "B"))))

    assert caught.value.what == f"accounts.key.senders[1].channel is '{name}'."
    assert caught.value.fix is not None
    assert caught.value.fix.startswith(fix)
    assert await world.runtime.accounts.find("key") is None


# Credentials that were checked before


async def test_a_remembered_token_is_refused_once_it_has_expired(world: World) -> None:
    headers = bearer(exp=int(_NOW_S) + 60)
    await _identified(world, headers)
    await _identified(world, headers, _NOW_S + 90)

    assert "expired 31 s ago" in await _refused(world, headers, _NOW_S + 91)


async def test_a_remembered_token_is_checked_against_the_account_as_it_is_now(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", applications=(Application(_APP, public_key=_PUBLIC),)))
    headers = bearer()
    await _identified(world, headers)
    new_key = _OTHERS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    await world.runtime.accounts.put(Account("key", applications=(Application(_APP, public_key=new_key),)))

    assert "does not match the public key" in await _refused(world, headers)


async def test_remembered_credentials_do_not_bring_a_removed_account_back_as_it_was(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", secrets=("right",)))
    await _identified(world, basic("key", "right"))

    await world.runtime.accounts.remove("key")

    assert await _identified(world, basic("key", "right")) == Caller(Account("key"))


async def test_a_remembered_token_does_not_bring_a_removed_account_back(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", applications=(Application(_APP, public_key=_PUBLIC),)))
    headers = bearer()
    await _identified(world, headers)

    assert await world.runtime.accounts.remove("key")

    assert (await _identified(world, headers)).account.api_key != "key"


@pytest.mark.parametrize("headers", [bearer(), basic("new-key")], ids=["token", "key"])
async def test_remembered_credentials_see_a_reset(world: World, headers: list[str]) -> None:
    met = await _identified(world, headers)
    await world.runtime.reset(await world.account(), "accounts")
    assert await world.runtime.store.account(met.account.api_key) is None

    again = await _identified(world, headers)

    assert await world.runtime.store.account(again.account.api_key) == again.account


async def test_a_refused_token_is_not_remembered(open_world: OpenWorld) -> None:
    world = await open_world(Account("key", applications=(Application(_APP, public_key=_PUBLIC),)))
    headers = bearer(key=_OTHERS)

    first, second = await _refused(world, headers), await _refused(world, headers)

    assert first == second


async def test_more_tokens_than_can_be_remembered_are_all_identified(world: World) -> None:
    """Five thousand clients, each with a token whose signature nobody can check."""
    header, claims, _ = bearer()[0].removeprefix("Bearer ").split(".")
    many = [[f"Bearer {header}.{claims}.{number:04d}"] for number in range(5000)]

    callers = {(await _identified(world, headers)).account.api_key for headers in many}

    assert len(callers) == 1


# Reset


async def test_reset_puts_accounts_back_as_configured(open_world: OpenWorld) -> None:
    configured = Account("key", secrets=("right",))
    world = await open_world(configured)
    await _identified(world, basic("met"))
    await world.runtime.accounts.put(Account("key", secrets=("changed",)))

    await world.runtime.reset(await world.account(), "accounts")

    assert await world.runtime.store.accounts() == [Account(KEY), configured]
