"""``mockserver check``: every mistake in configuration and specs, with its line."""

from pathlib import Path
from shutil import copytree

import pytest

from mockserver.data import bundled
from tests.cli.conftest import Cli

VIBER_IMAGE = "matrix: outbound, state: supported, schema: ViberImage"


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """Return a copy of the specs that a test may break."""
    return copytree(bundled("specs"), tmp_path / "specs")


def swap(path: Path, old: str, new: str) -> int:
    """Replace a text that stands once in a file; return the line it stands on."""
    text = path.read_text(encoding="utf-8")
    assert 1 == text.count(old), (old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_check_finds_no_mistake_in_what_is_bundled(cli: Cli) -> None:
    outcome = cli("check")

    names = sorted(path.name for path in bundled("specs").glob("*.yaml"))
    assert [f"{bundled('specs')}/{each}: no mistakes" for each in names] == outcome.out.splitlines()
    assert (0, "") == (outcome.code, outcome.err)


def test_check_without_files_takes_the_configuration_of_the_folder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text('prot = 1\nseed = "x"', encoding="utf-8")

    outcome = cli("check")

    assert 2 == outcome.code
    assert [
        f"{tmp_path}/mockserver.toml:1: prot is not known. Did you mean port?",
        f'{tmp_path}/mockserver.toml:2: seed is "x", expected a whole number of at least 0.',
    ] == outcome.out.splitlines()[-2:]


def test_check_praises_a_sound_configuration(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text("port = 1", encoding="utf-8")

    outcome = cli("check", "good.toml")

    assert (0, "good.toml: no mistakes\n") == (outcome.code, outcome.out)


def test_check_as_json_lists_the_mistakes(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("prot = 1", encoding="utf-8")

    outcome = cli("check", "bad.toml", "--json")

    expected = {
        "file": "bad.toml",
        "where": f"{tmp_path}/bad.toml:1",
        "what": "prot is not known.",
        "fix": "Did you mean port?",
    }
    assert (2, [expected]) == (outcome.code, outcome.json)


def test_check_tells_of_a_file_that_is_missing_and_goes_on(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "good.toml").touch()

    outcome = cli("check", "gone.toml", "gone.yaml", "good.toml")

    assert (2, 3) == (outcome.code, len(outcome.out.splitlines()))
    assert f"{tmp_path}/gone.toml cannot be read: No such file or directory." in outcome.out
    assert f"{tmp_path}/gone.yaml cannot be read: No such file or directory." in outcome.out
    assert outcome.out.endswith("good.toml: no mistakes\n")


def test_check_knows_its_files_by_their_ending(cli: Cli, tmp_path: Path) -> None:
    outcome = cli("check", "notes.txt")

    expected = f"{tmp_path}/notes.txt is not a file known here. Give files ending in .toml, .yaml, .yml, .json.\n"
    assert (2, expected) == (outcome.code, outcome.out)


def test_check_names_line_and_column_of_what_is_not_yaml(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("a: 1\nb: ]\n", encoding="utf-8")

    outcome = cli("check", "bad.yaml")

    assert (2, True) == (outcome.code, outcome.out.startswith(f"{tmp_path}/bad.yaml:2:"))
    assert "This is not YAML: " in outcome.out


@pytest.mark.parametrize("text", ["a: 1", "[]", ""])
def test_check_refuses_a_document_of_another_sort(text: str, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")

    outcome = cli("check", "other.yaml")

    members = "openapi, rows, errors, recipients, rules, clients, scenario"
    expected = f"This document is none of ours. It needs one of the members {members}.\n"
    assert (2, f"{tmp_path}/other.yaml: {expected}") == (outcome.code, outcome.out)


def test_check_finds_an_unknown_schema_keyword_and_the_one_meant(cli: Cli, specs: Path) -> None:
    path = specs / "messages-v0.1.yaml"
    text = path.read_text(encoding="utf-8")
    place = text.index("maxLength: ")
    path.write_text(text[:place] + "maxLenght: " + text[place + len("maxLength: ") :], encoding="utf-8")

    outcome = cli("check", str(path))

    line = text[:place].count("\n") + 1
    (told,) = [each for each in outcome.out.splitlines() if "maxLenght" in each]
    assert (2, True) == (outcome.code, told.startswith(f"{path}:{line}: "))
    assert told.endswith("Did you mean maxLength?")


def test_check_finds_a_reference_to_nothing(cli: Cli, specs: Path) -> None:
    path = specs / "messages-v0.1.yaml"
    text = path.read_text(encoding="utf-8")
    place = text.index('$ref: "#/components/schemas/')
    path.write_text(text[:place] + text[place:].replace("schemas/", "schemas/No", 1), encoding="utf-8")

    outcome = cli("check", str(path))

    line = text[:place].count("\n") + 1
    assert (2, True) == (outcome.code, outcome.out.startswith(f"{path}:{line}: "))
    assert "#/components/schemas/No" in outcome.out


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("    counts_parts: true", "    xyzzy: true", "    counts_parts: true", "Known: addresses, alias"),
        (
            '    price: "0.0333"\n    currency: EUR\n    counts',
            "    currency: EUR\n    counts",
            "channels:\n",
            "`price`",
        ),
        ("shape: sms_sender", "shape: sms_sendr", "shape: sms_sender", "sms_sendr"),
    ],
    ids=["unknown member", "missing member", "unknown shape"],
)
def test_check_finds_what_is_wrong_in_a_capability_table(
    old: str, new: str, at: str, words: str, cli: Cli, specs: Path
) -> None:
    path = specs / "capabilities.yaml"
    line = swap(path, at, at)
    swap(path, old, new)

    outcome = cli("check", str(path))

    assert (2, 1) == (outcome.code, len(outcome.out.splitlines()))
    assert outcome.out.startswith(f"{path}:{line}: ")
    assert words in outcome.out


def test_check_finds_the_line_of_a_misspelt_member(cli: Cli, specs: Path) -> None:
    path = specs / "capabilities.yaml"
    line = swap(path, "    counts_parts: true", "    count_parts: true")

    outcome = cli("check", str(path))

    expected = "Object contains unknown field `count_parts`. Did you mean counts_parts?"
    assert (2, f"{path}:{line}: {expected}\n") == (outcome.code, outcome.out)


def test_check_finds_the_line_of_a_row(cli: Cli, specs: Path) -> None:
    path = specs / "capabilities.yaml"
    line = swap(
        path,
        "{channel: mms, kind: video, direction: outbound, matrix: outbound, state",
        "{channel: mmm, kind: video, direction: outbound, matrix: outbound, state",
    )

    outcome = cli("check", str(path))

    assert (2, True) == (outcome.code, outcome.out.startswith(f"{path}:{line}: "))
    assert "mmm" in outcome.out


def test_check_finds_a_row_whose_branch_is_missing(cli: Cli, specs: Path) -> None:
    path = specs / "capabilities.yaml"
    line = swap(path, VIBER_IMAGE, VIBER_IMAGE.replace("ViberImage", "ViberPicture"))

    outcome = cli("check", str(path))

    assert (2, True) == (outcome.code, outcome.out.startswith(f"{path}:{line}: "))
    assert "ViberPicture" in outcome.out


def test_check_holds_a_lone_document_against_the_bundled_ones(cli: Cli, specs: Path, tmp_path: Path) -> None:
    swap(specs / "capabilities.yaml", VIBER_IMAGE, VIBER_IMAGE.replace("ViberImage", "ViberPicture"))
    lone = (specs / "capabilities.yaml").rename(tmp_path / "mine.yaml")

    outcome = cli("check", "mine.yaml")

    assert (2, True) == (outcome.code, outcome.out.startswith(f"{lone}:"))
    assert "ViberPicture" in outcome.out


@pytest.mark.parametrize("name", ["messages-v0.1", "messages-v1", "dispatch-v0.1", "external-accounts"])
def test_check_knows_a_document_under_another_name_by_its_paths(name: str, cli: Cli, specs: Path) -> None:
    lone = (specs / f"{name}.yaml").rename(specs.parent / "mine.yaml")
    sound = cli("check", "mine.yaml")
    text = lone.read_text(encoding="utf-8")
    lone.write_text(text[: text.index("\ncomponents:")] + "\ncomponents: {}\n", encoding="utf-8")

    outcome = cli("check", "mine.yaml")

    assert (0, "mine.yaml: no mistakes\n") == (sound.code, sound.out)
    assert (2, True) == (outcome.code, outcome.out.startswith(f"{lone}:"))


def test_check_leaves_the_mistakes_of_other_files_to_them(cli: Cli, specs: Path) -> None:
    swap(specs / "errors.yaml", "code: 1010, label: ", "code: 1000, label: ")

    outcome = cli("check", str(specs / "capabilities.yaml"))

    assert (0, f"{specs}/capabilities.yaml: no mistakes\n") == (outcome.code, outcome.out)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("code: 1010, label: ", "code: 1000, label: ", "Found: 1000."),
        ("code: 1010, label: ", "code: 1010, labell: ", "Did you mean label?"),
        ("code: 1010, label: ", 'code: "x", label: ', 'Found: "x".'),
    ],
    ids=["twice", "unknown member", "wrong type"],
)
def test_check_finds_what_is_wrong_in_the_error_codes(old: str, new: str, words: str, cli: Cli, specs: Path) -> None:
    path = specs / "errors.yaml"
    line = swap(path, old, new)

    outcome = cli("check", str(path))

    assert (2, True) == (outcome.code, outcome.out.startswith(f"{path}:{line}: "))
    assert words in outcome.out


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.yaml", "x: &a [*a]", "is nested too deeply to be read, or holds itself by an alias. Write it flatter."),
        (
            "b.yaml",
            "openapi: 3.1.0\npaths: 5",
            "b.yaml: This document is not put together as a messages-v0.1.yaml is. Compare its members",
        ),
        ("c.toml", f"x = {'[' * 5000}{']' * 5000}", "c.toml is nested too deeply to be read. No setting needs that."),
    ],
    ids=["itself", "shape", "deep"],
)
def test_a_file_nothing_can_be_made_of_is_one_mistake(
    name: str, text: str, words: str, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    outcome = cli("check", name)

    assert (2, True, 1) == (outcome.code, words in outcome.out, outcome.out.count("\n"))


def test_check_finds_the_line_in_the_document_of_another_api(cli: Cli, specs: Path) -> None:
    path = specs / "external-accounts.yaml"
    line = swap(path, "      maximum: 100", "      maxmum: 100")

    outcome = cli("check", str(path))

    expected = f"{path}:{line}: The schema keyword 'maxmum' is not known here. Did you mean maximum?\n"
    assert (2, expected) == (outcome.code, outcome.out)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('digits: "9001"', 'digits: "9000"', 'Found: "9000".'),
        ("copies: 2", "copys: 2", "Did you mean copies?"),
    ],
    ids=["twice", "unknown member"],
)
def test_check_finds_what_is_wrong_in_the_magic_values(old: str, new: str, words: str, cli: Cli, specs: Path) -> None:
    path = specs / "magic.yaml"
    line = swap(path, old, new)

    outcome = cli("check", str(path))

    assert (2, True) == (outcome.code, outcome.out.startswith(f"{path}:{line}: "))
    assert words in outcome.out


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('  scheme: https\n  trust: "option', '  shceme: https\n  trust: "option', "Did you mean scheme?"),
        ("aliases: [rb]", "aliases: [rb, php]", "The name php stands here twice."),
        ("api_host: {{tls_host}},", "api_host: {{tls_hots}},", "{{tls_hots}} is no value."),
    ],
)
def test_check_finds_the_line_of_a_mistake_about_a_client(old: str, new: str, says: str, cli: Cli, specs: Path) -> None:
    swap(specs / "clients.yaml", old, new)

    outcome = cli("check", str(specs / "clients.yaml"))

    assert (2, True) == (outcome.code, outcome.out.startswith(f"{specs / 'clients.yaml'}:"))
    assert says in outcome.out


@pytest.mark.parametrize(
    ("name", "text"), [("s.yaml", "scenario: a"), ("s.yml", "'scenario': a"), ("s.json", '{"scenario": "a"}')]
)
def test_check_praises_a_sound_scenario(name: str, text: str, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    outcome = cli("check", name)

    assert (0, f"{name}: no mistakes\n") == (outcome.code, outcome.out)


def test_check_lists_every_mistake_of_a_scenario(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "scenario: a\nclok: real\nrules: [{id: r, when: {channel: smss}}]\n", encoding="utf-8"
    )

    outcome = cli("check", "s.yaml")

    assert [
        f"{tmp_path}/s.yaml:2:1: clok is not known. Did you mean clock?",
        f'{tmp_path}/s.yaml:3:33: rules[0].when.channel is "smss", no channel. Did you mean sms?',
    ] == outcome.out.splitlines()
    assert 2 == outcome.code


@pytest.mark.parametrize("text", ["timeline: []", "rules: []\nverify: []", "machines: {}"])
def test_check_knows_a_scenario_without_its_name(text: str, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")

    outcome = cli("check", "s.yaml")

    assert (2, f"{tmp_path}/s.yaml:1:1: scenario is missing. Add scenario.\n") == (outcome.code, outcome.out)


def test_check_knows_a_scenario_that_is_no_yaml(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("scenario: a\nrules: [", encoding="utf-8")

    outcome = cli("check", "s.yaml")

    assert (2, True) == (outcome.code, outcome.out.startswith(f"{tmp_path}/s.yaml:2:9: This is not YAML: "))
