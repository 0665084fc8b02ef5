"""Flags, ini keys and the marker are read, and mistakes in them are told in one sentence."""

from pathlib import Path

import pytest

from mockserver.pytest_plugin.options import OPTIONS, Option, Options, read_options
from tests.pytest_plugin.conftest import QUIET, Run

NOTHING = "def test_nothing():\n    pass\n"


def options_of(pytester: pytest.Pytester, *flags: str, environ: dict[str, str] | None = None) -> Options:
    """Return the options of a run with these flags, in the folder of the test."""
    return read_options(pytester.parseconfig(*QUIET, *flags), environ or {})


def test_without_any_there_are_none(pytester: pytest.Pytester) -> None:
    options = options_of(pytester)

    assert Options(pytester.path) == options
    assert not options.counts


def test_flags_are_read(pytester: pytest.Pytester) -> None:
    flags = {
        "url": "http://127.0.0.1:7670/",
        "tls-url": "https://127.0.0.1:7671",
        "ca-file": "ca.pem",
        "scenarios": "stories",
        "coverage-fail-under": "12.5",
        "coverage-file": "out/coverage.json",
    }
    given = [f"--messages-api-{name}={value}" for name, value in flags.items()]

    options = options_of(pytester, *given, "--messages-api-strict", "--messages-api-coverage")

    folder = Path.cwd()
    assert options == Options(
        pytester.path,
        url="http://127.0.0.1:7670",
        tls_url="https://127.0.0.1:7671",
        ca_file=folder / "ca.pem",
        scenarios=folder / "stories",
        strict=True,
        coverage=True,
        coverage_fail_under=12.5,
        coverage_file=folder / "out" / "coverage.json",
    )


INI = """
[pytest]
messages_api_url = http://127.0.0.1:7670
messages_api_tls_url = https://127.0.0.1:7671
messages_api_ca_file = ca.pem
messages_api_scenarios = stories
messages_api_strict = true
messages_api_coverage = true
messages_api_coverage_fail_under = 12.5
messages_api_coverage_file = coverage.json
"""
TOML = """
[tool.pytest]
messages_api_url = "http://127.0.0.1:7670"
messages_api_tls_url = "https://127.0.0.1:7671"
messages_api_ca_file = "ca.pem"
messages_api_scenarios = "stories"
messages_api_strict = true
messages_api_coverage = true
messages_api_coverage_fail_under = 12.5
messages_api_coverage_file = "coverage.json"
"""


@pytest.mark.parametrize(("name", "text"), [("pytest.ini", INI), ("pyproject.toml", TOML)])
def test_ini_keys_are_read_with_paths_from_beside_the_file(pytester: pytest.Pytester, name: str, text: str) -> None:
    pytester.path.joinpath(name).write_text(text, encoding="utf-8")
    pytester.mkdir("deep")

    options = options_of(pytester, "-c", name, "deep")

    assert options == Options(
        pytester.path,
        url="http://127.0.0.1:7670",
        tls_url="https://127.0.0.1:7671",
        ca_file=pytester.path / "ca.pem",
        scenarios=pytester.path / "stories",
        strict=True,
        coverage=True,
        coverage_fail_under=12.5,
        coverage_file=pytester.path / "coverage.json",
    )


@pytest.mark.parametrize(
    ("flags", "environ", "expected"),
    [
        (("--messages-api-url=http://a:1",), {"MESSAGES_MOCKSERVER_URL": "http://b:2"}, "http://a:1"),
        ((), {"MESSAGES_MOCKSERVER_URL": "http://b:2"}, "http://b:2"),
        ((), {}, "http://c:3"),
    ],
    ids=["flag", "environment", "ini"],
)
def test_flag_goes_before_environment_and_that_before_ini(
    pytester: pytest.Pytester, flags: tuple[str, ...], environ: dict[str, str], expected: str
) -> None:
    pytester.makeini("[pytest]\nmessages_api_url = http://c:3\n")

    assert expected == options_of(pytester, *flags, environ=environ).url


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_every_option_stands_in_the_help(run: Run, option: Option) -> None:
    text = " ".join(run(NOTHING, "--help").outlines)

    assert option.flag in text
    assert f"{option.key} (" in text


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        (
            "--messages-api-url=localhost:7670",
            "ERROR: messages_api_url is 'localhost:7670'. Give the URL of a server, such as http://127.0.0.1:7670.",
        ),
        (
            "--messages-api-coverage-fail-under=101",
            "ERROR: messages_api_coverage_fail_under is 101.0. Give a share in percent, from 0 to 100.",
        ),
    ],
)
def test_wrong_option_ends_the_run_with_one_sentence(run: Run, flag: str, expected: str) -> None:
    result = run(NOTHING, flag)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert expected in result.errlines
    assert "Traceback" not in str(result.stderr)


@pytest.mark.parametrize("key", ["messages_api_coverage_fail_under", "messages_api_strict"])
def test_ini_key_of_another_type_is_told_with_its_name(run: Run, pytester: pytest.Pytester, key: str) -> None:
    pytester.makeini(f"[pytest]\n{key} = perhaps\n")

    result = run(NOTHING)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert any(each.startswith(f"ERROR: {key} cannot be read: ") for each in result.errlines)


def test_marker_is_known_to_strict_runs(run: Run) -> None:
    result = run(NOTHING, "--markers")

    result.stdout.fnmatch_lines("@pytest.mark.messages_api(scenario=None, allow_violations=False, strict=False):*")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("'a.yaml'", "takes no 'a.yaml' by place; name it, as in scenario=..."),
        ("scenarios='a.yaml'", "knows no 'scenarios'; it takes scenario, allow_violations, strict"),
        ("scenario=3", "takes the path of a scenario file as scenario, not 3"),
        ("allow_violations=1", "takes True, or names of rules or fields as allow_violations, not 1"),
        ("strict='yes'", "takes True or False as strict, not 'yes'"),
    ],
    ids=["place", "unknown", "scenario", "allow", "strict"],
)
def test_wrong_marker_ends_the_run_with_its_place(run: Run, words: str, expected: str) -> None:
    result = run(f"import pytest\n\n\n@pytest.mark.messages_api({words})\ndef test_it():\n    pass\n")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert f"ERROR: test_it.py:4: the marker messages_api {expected}." in result.errlines


@pytest.mark.parametrize(
    ("allowed", "says"),
    [
        ("'patern'", "allows 'patern', which no rule and no field is called. Did you mean 'pattern'? Rules are"),
        (
            "['to', 'credentails']",
            "allows 'credentails', which no rule and no field is called. Did you mean 'credentials'?",
        ),
        ("['mesage.content.txt']", "allows 'mesage.content.txt', which no rule and no field is called."),
        ("[7]", "allows 7, which no rule and no field is called. Rules are required, type, min_length,"),
    ],
    ids=["rule", "second", "field", "number"],
)
def test_allowing_what_nothing_is_called_ends_the_run(run: Run, allowed: str, says: str) -> None:
    result = run(f"import pytest\n\n@pytest.mark.messages_api(allow_violations={allowed})\ndef test_it():\n    pass\n")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert any(f"the marker messages_api {says}" in each for each in result.errlines)


@pytest.mark.parametrize("name", ["unreachable", "message.content.text", "workflow[0].to.number", "Authorization"])
def test_names_of_the_provider_and_of_fields_may_be_allowed(run: Run, name: str) -> None:
    result = run(f"import pytest\n\n@pytest.mark.messages_api(allow_violations='{name}')\ndef test_it():\n    pass\n")

    result.assert_outcomes(passed=1)
