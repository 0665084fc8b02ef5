"""The documents load, are what they claim, and a broken one fails the load with its place."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import msgspec
import pytest
from ruamel.yaml import YAML

from mockserver.contract import lint
from mockserver.contract.schemas import Schemas
from mockserver.contract.specs import DOCUMENTS, Specs, load_specs
from mockserver.core.forms import FORMS
from mockserver.data import bundled
from mockserver.errors import SpecError
from mockserver.model import Json

FILES = sorted(path.name for path in bundled("specs").glob("*.yaml"))

# Source: messages-v0.1 part 5, with the statuses of part 4.4; written out as an independent fact.
REJECTED = {
    1000: "Throttled",
    1010: "Missing params",
    1020: "Invalid params",
    1021: "Invalid tag",
    1022: "Invalid template",
    1030: "Internal error",
    1040: "Invalid message",
    1050: "Number barred",
    1060: "Partner account barred",
    1070: "Partner quota exceeded",
    1080: "Account not enabled for REST",
    1090: "Message too long",
    1100: "Communication Failed",
    1110: "Invalid Signature",
    1120: "Illegal Sender Address - rejected",
    1130: "Invalid TTL",
    1140: "Facility not allowed",
    1150: "Invalid Message class",
    1160: "Non White-listed Destination",
    1170: "Invalid or Missing Msisdn Param",
    1210: "Anti-Spam Rejection",
    1240: "Illegal Number",
    1241: "Too many send requests",
    1300: "Not part of the provider network",
    1320: "Message already sent",
    1340: "Outside of the allowed window",
    1350: "Phone matching fee not paid",
    1370: "Expired access Token",
    1380: "Invalid resource",
    1381: "Resource size is too large",
    1382: "Resource type is invalid",
}
UNDELIVERABLE = {
    1180: "Absent Subscriber Temporary",
    1190: "Absent Subscriber Permanent",
    1200: "Portability Error",
    1220: "Handset Busy",
    1230: "Network Error",
    1250: "Unroutable",
    1260: "Destination unreachable",
    1270: "Subscriber Age Restriction",
    1280: "Number Blocked by Carrier",
    1290: "Pre-Paid - Insufficient funds",
    1310: "Not suitable device",
    1330: "Unknown",
    1331: "Provider error",
    1360: "TTL was activated",
}


@pytest.mark.parametrize(("code", "label"), REJECTED.items())
def test_code_is_rejected(code: int, label: str, specs: Specs) -> None:
    assert (label, "rejected") == (specs.errors[code].label, specs.errors[code].status)


@pytest.mark.parametrize(("code", "label"), UNDELIVERABLE.items())
def test_code_is_undeliverable(code: int, label: str, specs: Specs) -> None:
    assert (label, "undeliverable") == (specs.errors[code].label, specs.errors[code].status)


def test_there_are_45_codes_in_v0_1_and_19_more_in_v1_each_with_a_meaning(specs: Specs) -> None:
    assert sorted(REJECTED | UNDELIVERABLE) == [code for code, each in specs.errors.items() if "v0.1" in each.dialects]
    assert sorted(specs.errors) == list(specs.errors)
    assert 45 + 19 == len(specs.errors)
    assert all(each.meaning.endswith(".") for each in specs.errors.values())


@pytest.mark.parametrize("file", FILES)
def test_file_reads_the_same_as_yaml_1_2(file: str) -> None:
    """The quick loader knows YAML 1.1 only, where a bare ``no`` is false, and lets a key stand twice."""
    path = bundled("specs") / file

    assert YAML(typ="safe", pure=True).load(path) == quickly(path)


def quickly(path: Path) -> Json:
    """Return a file as the product reads it."""
    import yaml

    return yaml.load(path.read_bytes(), yaml.CSafeLoader)


def test_the_bundled_documents_are_without_mistakes(specs: Specs) -> None:
    """They are not linted at each start, but here: a mistake of theirs is a mistake of ours."""
    assert load_specs(bundled("specs")).documents == specs.documents


def test_every_openapi_document_is_loaded(specs: Specs) -> None:
    bundled_ones = {name.removesuffix(".yaml") for name in FILES if "openapi" in quickly(bundled("specs") / name)}

    assert bundled_ones == set(DOCUMENTS)
    assert list(DOCUMENTS) == list(specs.documents)


def test_document_asks_for_both_kinds_of_credentials(specs: Specs) -> None:
    document = specs.documents["messages-v0.1"]

    assert [{"basic": []}, {"bearer": []}] == document["security"]
    schemes = document["components"]["securitySchemes"]
    assert {"basic": "basic", "bearer": "bearer"} == {name: each["scheme"] for name, each in schemes.items()}


def test_document_knows_every_answer_and_its_trace_id(specs: Specs) -> None:
    document = specs.documents["messages-v0.1"]
    [path] = document["paths"].values()

    answers = path["post"]["responses"]

    known = [202, 400, 401, 402, 403, 404, 405, 413, 415, 422, 429, 500, 503]
    assert known == [int(each) for each in answers]
    for answer in document["components"]["responses"].values():
        assert ["X-Nexmo-Trace-Id"] == list(answer["headers"])


def test_document_names_the_old_path(specs: Specs) -> None:
    assert ["/beta/messages"] == specs.documents["messages-v0.1"]["paths"]["/v0.1/messages"]["x-aliases"]


@pytest.fixture
def spoiled(tmp_path: Path) -> Callable[[str, str, str], SpecError]:
    """Return a function that changes one text in a copy of a file, loads the copies, and returns the error."""

    def spoil(file: str, old: str, new: str) -> SpecError:
        folder = copytree(bundled("specs"), tmp_path / "specs")
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(SpecError) as caught:
            load_specs(folder)
        return caught.value

    return spoil


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "what"),
    [
        pytest.param(
            "messages-v0.1.yaml",
            "maxLength: 640",
            "maxLenght: 640",
            "messages-v0.1.yaml: #/components/schemas/Text640/maxLenght",
            "The schema keyword 'maxLenght' is not known here.",
            id="unknown keyword",
        ),
        pytest.param(
            "messages-v0.1.yaml",
            'url: {$ref: "#/components/schemas/Url", examples:',
            'url: {$ref: "#/components/schemas/Url", maxLength: 9, examples:',
            "messages-v0.1.yaml: #/components/schemas/ImageContent/properties/image/properties/url/maxLength",
            "The schema keyword 'maxLength' is not known here beside a $ref.",
            id="keyword beside a reference",
        ),
        pytest.param(
            "messages-v0.1.yaml",
            "items: {description: a string, type: string",
            "items: {description: a string, typ: string",
            "/properties/parameters/anyOf/0/items/typ",
            "The schema keyword 'typ' is not known here.",
            id="unknown keyword far inside",
        ),
        pytest.param(
            "messages-v0.1.yaml",
            "schema: {type: string",
            "schema: {tyype: string",
            "#/components/headers/TraceId/schema/tyype",
            "The schema keyword 'tyype' is not known here.",
            id="unknown keyword in a header",
        ),
        pytest.param(
            "messages-v0.1.yaml",
            "Words: {type: string, minLength: 1}",
            "Words: 7",
            "#/components/schemas/Words",
            "A schema is an object.",
            id="schema that is none",
        ),
        pytest.param(
            "messages-v0.1.yaml",
            'policy: {$ref: "#/components/schemas/Policy"}',
            'policy: {$ref: "#/components/schemas/Polizei"}',
            "#/components/schemas/WhatsappOptions/properties/policy/$ref",
            "The reference #/components/schemas/Polizei points at nothing.",
            id="dangling reference",
        ),
        pytest.param(
            "messages-v0.1.yaml",
            "openapi: 3.1.0",
            "openapi: 3.0.3",
            ": #",
            "This is not an OpenAPI 3.1 document.",
            id="3.0",
        ),
        pytest.param(
            "messages-v0.1.yaml",
            '              - {$ref: "#/components/schemas/SmsText"}\n',
            "",
            "capabilities.yaml: rows (SmsText)",
            "The outbound document has no branch SmsText.",
            id="row without a branch",
        ),
        pytest.param(
            "capabilities.yaml",
            "schema: SmsText",
            "schema: MmsText",
            "capabilities.yaml: rows",
            "No outbound row names the branch SmsText.",
            id="branch without a row",
        ),
        pytest.param(
            "messages-v0.1.yaml",
            "type: {const: text}",
            "type: {const: txt}",
            "capabilities.yaml: rows (MessengerText)",
            "The branch MessengerText is not for messenger and text.",
            id="branch of another kind",
        ),
        pytest.param(
            "capabilities.yaml",
            "text_max_chars: 640",
            "text_max_char: 640",
            "capabilities.yaml",
            "A row does not fit: Object contains unknown field `text_max_char` - at `$.rows[18]`.",
            id="unknown key",
        ),
        pytest.param(
            "capabilities.yaml",
            "state: not_by_channel",
            "state: never",
            "capabilities.yaml",
            "A row does not fit: Invalid enum value 'never' - at `$.rows[1].state`.",
            id="unknown state",
        ),
        pytest.param(
            "capabilities.yaml",
            "- {channel: sms, kind: image",
            "- {channel: sms, kind: text",
            "capabilities.yaml: rows[1] (sms text, outbound)",
            "The same cell stands here twice.",
            id="cell twice",
        ),
        pytest.param(
            "capabilities.yaml",
            "- {channel: sms, kind: image",
            "- {channel: pigeon, kind: image",
            "capabilities.yaml: rows[1] (pigeon image, outbound)",
            "No channel is called 'pigeon'.",
            id="unknown channel",
        ),
        pytest.param(
            "capabilities.yaml",
            "state: supported, schema: SmsText",
            "state: supported",
            "capabilities.yaml: rows[0] (sms text, outbound)",
            "A supported cell needs either a schema or a kind it goes through.",
            id="supported without a schema",
        ),
        pytest.param(
            "capabilities.yaml",
            "state: supported, schema: SmsText",
            "state: not_by_provider, schema: SmsText",
            "capabilities.yaml: rows[0] (sms text, outbound)",
            "An unsupported cell has neither a schema nor a kind it goes through.",
            id="unsupported with a schema",
        ),
        pytest.param(
            "capabilities.yaml",
            "shape: sms_sender",
            "shape: smoke",
            "capabilities.yaml: channels.sms.addresses.outbound.from.shape",
            "No shape is called 'smoke'.",
            id="unknown shape",
        ),
        pytest.param(
            "capabilities.yaml",
            'pattern: "[0-9]{5,6}"',
            'pattern: "[0-9]{7}"',
            "capabilities.yaml: shapes.short_code",
            "Its example does not fit its own pattern.",
            id="example of a shape",
        ),
        pytest.param(
            "errors.yaml",
            "{code: 1010,",
            "{code: 1000,",
            "errors.yaml: errors[1].code",
            "The code 1000 stands here twice.",
            id="code twice",
        ),
        pytest.param(
            "errors.yaml",
            "status: rejected",
            "status: lost",
            "errors.yaml",
            "An error code does not fit: Invalid enum value 'lost' - at `$.errors[0].status`.",
            id="unknown status",
        ),
        pytest.param(
            "magic.yaml",
            'digits: "0401"',
            'digits: "0400"',
            "magic.yaml: answers[1].digits",
            "0400 stands here twice.",
            id="magic digits twice",
        ),
        pytest.param(
            "magic.yaml",
            "copies: 2",
            "copys: 2",
            "magic.yaml",
            "A magic value does not fit: Object contains unknown field `copys` - at `$.outcomes[4]`.",
            id="unknown key of a magic value",
        ),
        pytest.param(
            "errors.yaml",
            "version: 1\n",
            "version: 1\n\tno: tab\n",
            "errors.yaml:9",
            "The file is not readable YAML: found a tab character that violates indentation.",
            id="not YAML",
        ),
        pytest.param(
            "capabilities.yaml",
            "channels:",
            "canals:",
            "capabilities.yaml",
            "A row does not fit: Object contains unknown field `canals`.",
            id="missing part",
        ),
    ],
)
def test_broken_file_fails_the_load_with_its_place(
    file: str, old: str, new: str, where: str, what: str, spoiled: Callable[[str, str, str], SpecError]
) -> None:
    error = spoiled(file, old, new)

    assert what == error.what
    assert error.where is not None
    assert error.where.endswith(where)


@pytest.mark.parametrize("document", [None, [], {}, {"openapi": "3.0.3"}, {"openapi": 3.1, "components": 7}])
def test_what_is_no_openapi_document_is_one_mistake(document: Json) -> None:
    """A number is not a version, but then a hand-written ``3.1`` is understood."""
    found = list(lint.document_mistakes(document))

    expected = [] if document and document["openapi"] == 3.1 else [("#", "This is not an OpenAPI 3.1 document.")]
    assert expected == found


def test_all_mistakes_of_a_document_are_found() -> None:
    schemas = {
        "A": 7,
        "B": {"tyype": "string"},
        "C": {"items": {"$ref": "#/nowhere"}},
        "D": {"type": "words"},
        "E": {"not": True},
    }

    found = list(lint.document_mistakes({"openapi": "3.1.0", "components": {"schemas": schemas}}))

    assert [
        "#/components/schemas/A",
        "#/components/schemas/B/tyype",
        "#/components/schemas/D/type",
        "#/components/schemas/E/not",
        "#/components/schemas/C/items/$ref",
    ] == [place for place, _ in found]


def test_all_mistakes_of_rows_are_found(specs: Specs, schemas: Schemas) -> None:
    rows = tuple(each for each in specs.capabilities.rows if each.schema not in {"SmsText", "MmsText"})
    capabilities = msgspec.structs.replace(specs.capabilities, rows=rows)

    found = list(lint.unmatched(capabilities, schemas, FORMS["v0.1"]))

    words = [f"No outbound row names the branch {name}." for name in ("SmsText", "MmsText")]
    assert [("rows", each) for each in words] == found


def test_missing_file_fails_the_load(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="The file cannot be read: No such file or directory"):
        load_specs(tmp_path)


@pytest.mark.parametrize("text", ["[]", "channels: []", "channels: {sms: []}"])
def test_file_of_another_shape_fails_the_load(text: str, tmp_path: Path) -> None:
    folder = copytree(bundled("specs"), tmp_path / "specs")
    (folder / "capabilities.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(SpecError, match="A row does not fit"):
        load_specs(folder)


def test_document_that_is_a_list_fails_the_load(tmp_path: Path) -> None:
    folder = copytree(bundled("specs"), tmp_path / "specs")
    (folder / "messages-v0.1.yaml").write_text("[]", encoding="utf-8")

    with pytest.raises(SpecError, match="not an OpenAPI"):
        load_specs(folder)
