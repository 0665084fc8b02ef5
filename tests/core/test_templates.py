"""Templates: read out of both forms, and held against the registry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.templates import Use, fault, used
from mockserver.model import Json, Template
from tests.core.outbound import outbound

CODE = Template("acme_ns:login", languages=("en_GB", "de"), parameters=2)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [(["a", "b"], ("a", "b")), ([{"default": "a"}, {"default": "b"}], ("a", "b")), ([], ()), (None, ())],
    ids=["texts", "objects", "none", "left out"],
)
def test_a_template_is_read_in_every_form(parameters: Json, expected: tuple[str, ...]) -> None:
    content = {"name": "ns:deep:t"} | ({} if parameters is None else {"parameters": parameters})

    found = used(outbound("whatsapp", "template", content, options={"locale": "en-GB"}))

    assert Use("ns:deep:t", "en-GB", expected) == found


def custom(**changes: Json) -> Json:
    """Return WhatsApp's own template object."""
    components = [
        {"type": "header", "parameters": [{"type": "text", "text": "not counted"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Acme"}, {"type": "text", "text": "42"}]},
    ]
    whole = {"namespace": "acme_ns", "name": "login", "language": {"code": "en_GB"}, "components": components}
    return {"type": "template", "template": whole | changes}


def test_a_custom_template_is_read_raw_with_the_parameters_of_its_body() -> None:
    assert Use("acme_ns:login", "en_GB", ("Acme", "42"), is_raw=True) == used(outbound("whatsapp", "custom", custom()))


@pytest.mark.parametrize(
    "content",
    [{"type": "location", "location": {}}, {"attachment": {"type": "template"}}],
    ids=["location", "facebook"],
)
def test_other_custom_objects_are_no_templates(content: Json) -> None:
    assert used(outbound("whatsapp", "custom", content)) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: (
        st.lists(each)
        | st.dictionaries(
            st.sampled_from(["namespace", "name", "language", "code", "components", "type", "parameters", "text"]), each
        )
    ),
)


@given(_JSON)
def test_no_custom_template_is_too_odd_to_be_read(template: Json) -> None:
    found = used(outbound("whatsapp", "custom", {"type": "template", "template": template}))

    assert found is not None
    assert found.is_raw


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (Use("acme_ns:login", "en-GB", ("a", "b")), None),
        (Use("acme_ns:login", "en_GB", ("a", "b")), None),
        (Use("acme_ns:login", None, ("a", "b")), None),
        (Use("acme_ns:login", "de", ("a", "b"), is_raw=True), None),
        (Use("acme_ns:login", "en_GB", ("a", "b"), is_raw=True), None),
        (
            Use("acme_ns:login", "en-GB", ("a", "b"), is_raw=True),
            "the template 'acme_ns:login' is registered in en_GB, de, not in en-GB",
        ),
        (
            Use("acme_ns:login", "en-US", ("a", "b")),
            "the template 'acme_ns:login' is registered in en_GB, de, not in en-US",
        ),
        (Use("acme_ns:login", "de", ("a",)), "the template 'acme_ns:login' takes 2 parameters, not 1"),
        (Use("acme_ns:login", "de", ("a", "b", "c")), "the template 'acme_ns:login' takes 2 parameters, not 3"),
        (
            Use("other:login", "de", ("a", "b")),
            "the template 'other:login' is not registered (registered: acme_ns:login)",
        ),
        (Use("login", "de", ("a", "b")), "the template 'login' is not registered (registered: acme_ns:login)"),
    ],
    ids=str,
)
def test_a_template_is_held_against_the_registry(use: Use, words: str | None) -> None:
    assert words == fault(use, [CODE], 1024)


def test_a_template_registered_with_a_dash_is_the_same_language() -> None:
    template = Template("n:t", languages=("en-US",))

    assert fault(Use("n:t", "en_US", ()), [template], None) is None
    assert fault(Use("n:t", "en_US", (), is_raw=True), [template], None) is None


def test_without_languages_every_language_is_there() -> None:
    assert fault(Use("n:t", "ko", ()), [Template("n:t")], None) is None


def test_without_a_registry_nothing_is_registered() -> None:
    assert "the template 'n:t' is not registered" == fault(Use("n:t", "de", ()), [], None)


@pytest.mark.parametrize(("length", "is_fault"), [(1018, False), (1019, True)])
def test_a_template_filled_in_must_not_be_too_long(length: int, is_fault: bool) -> None:
    template = Template("n:t", parameters=1, body="Hello {{1}}")

    found = fault(Use("n:t", "de", ("x" * length,)), [template], 1024)

    expected = "the template 'n:t', filled in, has 1025 characters; 1024 are allowed" if is_fault else None
    assert expected == found


def test_a_place_without_a_parameter_stays_as_it_is() -> None:
    template = Template("n:t", body="{{1}} {{0}}")

    assert "the template 'n:t', filled in, has 11 characters; 10 are allowed" == fault(
        Use("n:t", "de", ()), [template], 10
    )
