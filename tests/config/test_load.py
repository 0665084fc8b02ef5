"""Flags beat the environment, the environment the file, the file the defaults; mistakes name their place."""

from pathlib import Path
from typing import Any

import pytest

from mockserver.config import Config, load_config, read_file
from mockserver.errors import ConfigError
from mockserver.model import Account, Application, Sender
from mockserver.settings import SettingRow, Settings, settings_table

SAMPLES: dict[str, tuple[str, Any]] = {
    "host": ("localhost", "localhost"),
    "tls_dir": ("certs", "certs"),
    "tls_name": ("api.nexmo.com,*.vonage.com", ("api.nexmo.com", "*.vonage.com")),
    "inbound_url": ("http://127.0.0.1:9/in", "http://127.0.0.1:9/in"),
    "status_url": ("https://example.com/st?x=1", "https://example.com/st?x=1"),
    "auth": ("strict", "strict"),
    "retry_delays_s": ("1, 2.5", (1.0, 2.5)),
    "log_level": ("debug", "debug"),
    "realism": ("strict", "strict"),
    "patch_auth": ("bearer", "bearer"),
    "webhook_version": ("v0.1", "v0.1"),
    "clock": ("60x", "60x"),
    "coverage_required": ("sent:v1:sms, code:v1:1320", ("sent:v1:sms", "code:v1:1320")),
    "coverage_only": ("*:v1:sms", ("*:v1:sms",)),
}
"""Words for settings that take neither any text nor any number, and the value they stand for."""


def sample(row: SettingRow) -> tuple[str, Any]:
    """Return words for a setting, other than its default, and the value they stand for."""
    if row.name in SAMPLES:
        return SAMPLES[row.name]
    if row.type is bool:
        return ("no", False) if row.default else ("yes", True)
    if "float" in str(row.type):
        return "12.5", 12.5
    return ("12", 12) if "int" in str(row.type) else ("some-text", "some-text")


def write(folder: Path, text: str) -> Path:
    """Write the configuration file of a folder."""
    path = folder / "mockserver.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    """Return the one mistake found in a configuration file, its folder left out."""
    (error,) = read_file(write(folder, text)).errors
    return str(error).replace(f"{folder}/", "")


each_setting = pytest.mark.parametrize("row", settings_table(), ids=lambda row: row.name)


@each_setting
def test_a_flag_gives_a_setting(row: SettingRow, tmp_path: Path) -> None:
    words, value = sample(row)
    flags: dict[str, Any] = {row.name: value if row.type is bool else words}

    assert value == getattr(load_config(flags, {}, tmp_path).settings, row.name)


@each_setting
def test_the_environment_gives_a_setting(row: SettingRow, tmp_path: Path) -> None:
    words, value = sample(row)

    assert value == getattr(load_config({}, {row.env: words}, tmp_path).settings, row.name)


@each_setting
def test_the_file_gives_a_setting(row: SettingRow, tmp_path: Path) -> None:
    _, value = sample(row)
    written = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
    write(tmp_path, f"{row.name} = {written or repr(list(value) if isinstance(value, tuple) else value)}")

    assert value == getattr(load_config({}, {}, tmp_path).settings, row.name)


@each_setting
def test_an_empty_variable_leaves_the_default(row: SettingRow, tmp_path: Path) -> None:
    assert row.default == getattr(load_config({}, {row.env: ""}, tmp_path).settings, row.name)


@each_setting
def test_a_flag_not_given_leaves_the_default(row: SettingRow, tmp_path: Path) -> None:
    flags: dict[str, Any] = {row.name: [] if isinstance(row.default, tuple) else None}

    assert row.default == getattr(load_config(flags, {}, tmp_path).settings, row.name)


@each_setting
def test_a_default_would_be_accepted_in_the_file(row: SettingRow, tmp_path: Path) -> None:
    value = list(row.default) if isinstance(row.default, tuple) else row.default
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    write(tmp_path, "" if value is None else f"{row.name} = {text}")

    assert Settings() == load_config({}, {}, tmp_path).settings


def test_without_anything_there_are_the_defaults(tmp_path: Path) -> None:
    assert Config(Settings()) == load_config({}, {}, tmp_path)


def test_a_flag_beats_the_environment_and_that_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'port = 1\nhost = "file"\nseed = 3')
    environ = {"MESSAGES_MOCKSERVER_PORT": "2", "MESSAGES_MOCKSERVER_HOST": "environ"}

    settings = load_config({"port": "5"}, environ, tmp_path).settings

    assert (5, "environ", 3) == (settings.port, settings.host, settings.seed)


def test_repeated_and_comma_separated_flags_add_up(tmp_path: Path) -> None:
    settings = load_config({"tls_name": ["a.example", "b.example,c.example"]}, {}, tmp_path).settings

    assert ("a.example", "b.example", "c.example") == settings.tls_name


def test_the_config_flag_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("port = 9", encoding="utf-8")
    write(tmp_path, "port = 1")

    config = load_config({"config": "other.toml"}, {"MESSAGES_MOCKSERVER_CONFIG": "mockserver.toml"}, tmp_path)

    assert (9, tmp_path / "other.toml") == (config.settings.port, config.path)


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("port = 9", encoding="utf-8")

    assert 9 == load_config({}, {"MESSAGES_MOCKSERVER_CONFIG": "other.toml"}, tmp_path).settings.port


def test_a_named_file_that_is_missing_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config({"config": "gone.toml"}, {}, tmp_path)

    assert f"{tmp_path}/gone.toml cannot be read: No such file or directory." == str(caught.value)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    write(tmp_path, "\ufeffport = 9")

    assert 9 == load_config({}, {}, tmp_path).settings.port


def test_null_stands_for_not_set_where_a_number_may_be_missing(tmp_path: Path) -> None:
    assert load_config({"seed": "null"}, {}, tmp_path).settings.seed is None


def test_an_empty_url_is_not_set(tmp_path: Path) -> None:
    write(tmp_path, 'status_url = ""')

    assert load_config({}, {}, tmp_path).settings.status_url is None


@pytest.mark.parametrize(
    ("flags", "environ", "words"),
    [
        ({"port": "x"}, {}, '--port: port is "x", expected a whole number from 0 to 65535.'),
        ({"port": "70000"}, {}, '--port: port is "70000", expected a whole number from 0 to 65535.'),
        ({"auth": "strickt"}, {}, '--auth: auth is "strickt", expected one of "any", "strict". Did you mean "strict"?'),
        ({"auth": "xyz"}, {}, '--auth: auth is "xyz", expected one of "any", "strict".'),
        (
            {"retry_delays_s": ["1", "-2"]},
            {},
            '--retry-delays-s: retry_delays_s is ["1","-2"], expected a list, each a number of at least 0.',
        ),
        (
            {},
            {"MESSAGES_MOCKSERVER_STRICT": "maybe"},
            'MESSAGES_MOCKSERVER_STRICT: strict is "maybe", expected true or false.',
        ),
        (
            {},
            {"MESSAGES_MOCKSERVER_PORT": "tcp://10.0.0.1:7670"},
            'MESSAGES_MOCKSERVER_PORT: port is "tcp://10.0.0.1:7670", expected a whole number from 0 to 65535.',
        ),
        (
            {"retry_for_s": "inf"},
            {},
            '--retry-for-s: retry_for_s is "inf", expected a number of at least 0.',
        ),
        (
            {"status_url": "localhost:9000"},
            {},
            (
                '--status-url: status_url is "localhost:9000", expected an absolute http or https URL.'
                " Write it like http://127.0.0.1:9000/webhooks."
            ),
        ),
        (
            {"tls_name": ["https://api.nexmo.com"]},
            {},
            (
                '--tls-name: tls_name is "https://api.nexmo.com", expected a host name without scheme, port or path.'
                " Write it like api.nexmo.com."
            ),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_flag_or_variable_names_itself_the_value_and_what_was_expected(
    flags: dict[str, Any], environ: dict[str, str], words: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(flags, environ, tmp_path)

    assert words == str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["ftp://x/", "http://", "/path", "http://a b/", "http://x:port/", "http://[::1/", "http:///x", "x"],
)
def test_a_url_is_absolute_http_and_names_a_host(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected an absolute http or https URL"):
        load_config({"inbound_url": url}, {}, tmp_path)


@pytest.mark.parametrize("name", ["127.0.0.1", "::1", "*.example.com", "xn--caf-dma.example", "café.example"])
def test_a_tls_name_is_a_host_name_or_an_address(name: str, tmp_path: Path) -> None:
    assert (name,) == load_config({"tls_name": [name]}, {}, tmp_path).settings.tls_name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('\nport = "abc"', 'mockserver.toml:2: port is "abc", expected a whole number from 0 to 65535.'),
        ("port = true", "mockserver.toml:1: port is true, expected a whole number from 0 to 65535."),
        ('stauts_url = "x"', "mockserver.toml:1: stauts_url is not known. Did you mean status_url?"),
        ('host = ""', 'mockserver.toml:1: host is "", expected a text.'),
        (
            'clock = "manuel"',
            (
                'mockserver.toml:1: clock is "manuel", expected real, manual, or so many times as fast, such as 60x.'
                ' Did you mean "manual"?'
            ),
        ),
        (
            'clock = "0x"',
            (
                'mockserver.toml:1: clock is "0x", expected real, manual, or so many times as fast, such as 60x.'
                " Write a whole number and x, from 1x to 999999x."
            ),
        ),
        ("api_secret = 123456789", 'mockserver.toml:1: api_secret is "1234...", expected a text.'),
        ("seed = 1979-05-27", 'mockserver.toml:1: seed is "1979-05-27", expected a whole number of at least 0.'),
        ("accounts = 3", "mockserver.toml:1: accounts is 3, expected tables. Write [accounts.KEY], KEY an API key."),
        ("[accounts]\nabc = 3", "mockserver.toml:2: accounts.abc is 3, expected a table."),
        (
            '[accounts.abc]\napi_key = "abc"',
            "mockserver.toml:2: accounts.abc.api_key is not needed: the name of the table is the key. Remove it.",
        ),
        (
            "[accounts.abc]\n\nsecrets = [1]",
            'mockserver.toml:3: accounts.abc.secrets[0] is "...", expected a text.',
        ),
        (
            '[[accounts.abc.applications]]\nid = "a"\npublic_key = "x"\npublic_key_file = "y"',
            (
                "mockserver.toml:4: accounts.abc.applications[0].public_key_file stands beside public_key."
                " Keep one of them."
            ),
        ),
        (
            '[[accounts.abc.applications]]\nid = "a"\npublic_key_file = 5',
            "mockserver.toml:3: accounts.abc.applications[0].public_key_file is 5, expected a text.",
        ),
        (
            '[[accounts.abc.applications]]\nid = "a"\npublic_key_file = "gone.pem"',
            "mockserver.toml:3: gone.pem cannot be read: No such file or directory.",
        ),
        (
            '[[accounts.a.applications]]\nid = "x"\n[[accounts.b.applications]]\nid = "x"',
            (
                'mockserver.toml:4: accounts.b.applications[0].id is "x", which belongs to account a already.'
                " Give it to one account only."
            ),
        ),
        ("[accounts.abc]\napplications = 5", "mockserver.toml:2: accounts.abc.applications is 5, expected a list."),
        (
            "[accounts.abc]\napplications = [5]",
            "mockserver.toml:2: accounts.abc.applications[0] is 5, expected a table.",
        ),
    ],
    ids=lambda text: text.splitlines()[-1],
)
def test_a_mistake_in_the_file_names_its_line(text: str, words: str, tmp_path: Path) -> None:
    assert words == refusal(tmp_path, text)


def test_an_unknown_key_that_is_near_nothing_lists_what_is_known(tmp_path: Path) -> None:
    words = refusal(tmp_path, "xyzzy = 1")

    assert words.startswith("mockserver.toml:1: xyzzy is not known. Known here: host, port, ")
    assert words.endswith(", accounts.")


def test_all_mistakes_of_a_file_are_found(tmp_path: Path) -> None:
    file = read_file(write(tmp_path, 'port = "a"\nhots = "b"\nseed = 4\n[accounts.x]\nread = 1\n[accounts.y]'))

    assert [1, 2, 5] == [int(str(each.where).rpartition(":")[2]) for each in file.errors]
    assert ({"seed": 4}, (Account("y"),)) == (file.settings, file.accounts)


def test_loading_a_broken_file_raises_the_first_mistake_and_counts_the_others(tmp_path: Path) -> None:
    path = write(tmp_path, 'port = "a"\nhots = "b"')

    with pytest.raises(ConfigError) as caught:
        load_config({}, {}, tmp_path)

    assert (
        f'{path}:1: port is "a", expected a whole number from 0 to 65535. `mockserver check {path}` lists 1 more.'
        == str(caught.value)
    )


def test_loading_a_file_with_one_mistake_raises_just_that(tmp_path: Path) -> None:
    path = write(tmp_path, 'hots = "b"')

    with pytest.raises(ConfigError) as caught:
        load_config({}, {}, tmp_path)

    assert f"{path}:1: hots is not known. Did you mean host?" == str(caught.value)


def test_a_file_that_is_not_toml_names_line_and_column(tmp_path: Path) -> None:
    path = write(tmp_path, "port = 1\nhost =\n")

    with pytest.raises(ConfigError) as caught:
        read_file(path)

    assert f"{path}:2:7: This is not TOML: Invalid value." == str(caught.value)


def test_a_file_that_is_not_utf8_says_at_which_byte(tmp_path: Path) -> None:
    path = tmp_path / "mockserver.toml"
    path.write_bytes(b"a = 1\n\xff")

    with pytest.raises(ConfigError) as caught:
        read_file(path)

    assert f"{path} is not UTF-8 text (byte 6)." == str(caught.value)


def test_an_account_is_read_with_all_its_parts(tmp_path: Path, public_pem: str) -> None:
    (tmp_path / "app.pem").write_text(public_pem, encoding="utf-8")
    text = """
[accounts.abcd1234]
secrets = ["one", "two"]
signature_secret = "a-signature-secret-of-32-bytes!!"
inbound_url = ""
status_url = "http://127.0.0.1:9000/status"
webhook_version = "v0.1"
sms_receipt_url = "http://127.0.0.1:9000/receipt"
sms_receipt_method = "POST"
read = true

[[accounts.abcd1234.applications]]
id = "app-1"
name = "Booking"
public_key_file = "app.pem"
inbound_url = "http://127.0.0.1:9000/inbound"
webhook_version = "v1"
messages = false

[[accounts.abcd1234.senders]]
channel = "whatsapp"
id = "447700900000"
application = "app-1"
"""

    config = load_config({}, {}, write(tmp_path, text).parent)

    application = Application(
        "app-1",
        name="Booking",
        public_key=public_pem,
        inbound_url="http://127.0.0.1:9000/inbound",
        webhook_version="v1",
        messages=False,
    )
    expected = Account(
        api_key="abcd1234",
        secrets=("one", "two"),
        signature_secret="a-signature-secret-of-32-bytes!!",
        inbound_url="",
        status_url="http://127.0.0.1:9000/status",
        webhook_version="v0.1",
        sms_receipt_url="http://127.0.0.1:9000/receipt",
        sms_receipt_method="POST",
        read=True,
        applications=(application,),
        senders=(Sender("whatsapp", "447700900000", "app-1"),),
    )
    assert ((expected,), ()) == (config.accounts, config.warnings)


def test_a_misspelt_variable_is_warned_of(tmp_path: Path) -> None:
    environ = {"MESSAGES_MOCKSERVER_STATUS_URI": "x", "MESSAGES_MOCKSERVER_PORT_7670_TCP": "y", "PATH": "z"}

    assert (
        "MESSAGES_MOCKSERVER_STATUS_URI is not a setting and was ignored. Did you mean MESSAGES_MOCKSERVER_STATUS_URL?",
    ) == load_config({}, environ, tmp_path).warnings


def test_short_signature_secrets_are_warned_of_and_not_shown(tmp_path: Path) -> None:
    write(tmp_path, '[accounts.abc]\nsignature_secret = "twelve-bytes"')

    warnings = load_config({"signature_secret": "x" * 31}, {}, tmp_path).warnings

    assert [
        "signature_secret (xxxxxx...) has 31 bytes.",
        "signature_secret of account abc (twelve...) has 12 bytes.",
    ] == [each.partition(" Some")[0] for each in warnings]


def test_a_signature_secret_of_32_bytes_is_long_enough(tmp_path: Path) -> None:
    assert () == load_config({"signature_secret": "é" * 16}, {}, tmp_path).warnings
