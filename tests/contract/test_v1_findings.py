"""What Messages v1 lets pass and is remarked upon, in its words."""

from typing import Final

import pytest

from mockserver.contract.failover import FailoverContract
from mockserver.contract.specs import load_specs
from mockserver.model import Json
from mockserver.problem import Finding
from tests.contract.send_v1 import CONTEXT, HOST, REPLY, messenger, mms, rcs, renamed, sms, viber, whatsapp

CONTRACT: Final = FailoverContract(load_specs())
VIDEO: Final = {"url": f"{HOST}/a.mp4", "thumb_url": f"{HOST}/a.jpg"}


def misplaced(place: str, there: str) -> Finding:
    """Return the finding on an option that stands in the wrong place."""
    return Finding(place, "misplaced_options", f"`{place}` has no effect here; it belongs at `{there}`.")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(viber(ttl=60), misplaced("ttl", "viber_service.ttl"), id="ttl of Viber at the top"),
        pytest.param(sms(sms={"ttl": 60}), misplaced("sms.ttl", "ttl"), id="ttl of SMS among the options"),
        pytest.param(messenger(tag="X"), misplaced("tag", "messenger.tag"), id="tag"),
        pytest.param(whatsapp(whatsapp={"context": CONTEXT}), misplaced("whatsapp.context", "context"), id="context"),
        pytest.param(rcs(rcs={"suggestions": [REPLY]}), misplaced("rcs.suggestions", "suggestions"), id="suggestions"),
        pytest.param(
            viber("video", video=VIDEO | {"duration": "3"}, viber_service={"duration": "3", "file_size": "4"}),
            misplaced("video.duration", "viber_service.duration"),
            id="duration inside the video",
        ),
        pytest.param(
            viber(viber_service_msg={"ttl": 60}),
            Finding(
                "viber_service_msg",
                "misplaced_options",
                "`viber_service_msg` has no effect here; the options belong at `viber_service`.",
            ),
            id="options by the name of v0.1",
        ),
        pytest.param(
            sms(whatsapp={"locale": "it"}),
            Finding("whatsapp", "foreign_options", "`whatsapp` is for another channel and has no effect on sms."),
            id="options of another channel",
        ),
        pytest.param(
            whatsapp(image={"url": HOST}),
            Finding("image", "extra_content", "`image` has no effect, since the content is of type text."),
            id="content of another kind",
        ),
        pytest.param(
            messenger("image", image={"url": f"{HOST}/a.png", "caption": "A"}),
            Finding(
                "image.caption", "caption", "`image.caption` has no effect: messenger shows no caption with image."
            ),
            id="caption",
        ),
        pytest.param(
            sms(clientref="x"),
            Finding(
                "clientref",
                "unknown_member",
                "`clientref` is not a member the API documents; it has no effect. Did you mean `client_ref`?",
            ),
            id="near-miss member",
        ),
        pytest.param(
            sms(recipient="x"),
            Finding("recipient", "unknown_member", "`recipient` is not a member the API documents; it has no effect."),
            id="a member that looks like another only from afar",
        ),
        pytest.param(
            mms("video", video={"url": f"{HOST}/a.mov"}),
            Finding(
                "video.url",
                "extension",
                "`video.url` ends in .mov; mms video supports .mp4, .3gp, .avi, .mpg.",
            ),
            id="extension",
        ),
        pytest.param(
            sms(failover=[sms(), viber(ttl=60)]),
            Finding(
                "failover[1].ttl",
                "misplaced_options",
                "`failover[1].ttl` has no effect here; it belongs at `viber_service.ttl`.",
            ),
            id="item of a failover",
        ),
        pytest.param(
            sms(failover=[]),
            Finding(
                "failover",
                "empty_failover",
                "`failover` is empty; what the real API makes of that is not documented. It is taken as absent.",
            ),
            id="empty failover",
        ),
        pytest.param(
            sms(failover=[sms(failover=[])]),
            Finding(
                "failover[0].failover",
                "nested_failover",
                "`failover[0].failover` has no effect; a failover stands at the top of the body only.",
            ),
            id="failover in a failover",
        ),
    ],
)
def test_finding_says_what_is_odd(body: Json, expected: Finding) -> None:
    verdict = CONTRACT.check(body)

    assert ((), (expected,)) == (verdict.violations, verdict.findings)


@pytest.mark.parametrize(
    "body",
    [
        sms(client_ref="basket-12", ttl=60, webhook_version="v1", sms={"encoding_type": "auto", "pool_id": "x"}),
        whatsapp(to="US.1349120", context=CONTEXT),
        rcs(suggestions=[REPLY], trusted_recipient=True),
        viber("file", file={"url": "/a.pdf", "name": "a.pdf"}),
        sms(failover=[whatsapp(), viber(viber_service={"ttl": 60})]),
    ],
)
def test_ordinary_body_has_no_finding(body: Json) -> None:
    verdict = CONTRACT.check(body)

    assert ((), ()) == (verdict.violations, verdict.findings)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (sms(ttl=None), "ttl"),
        (whatsapp("image", image={"url": f"{HOST}/a.png", "caption": None}), "image.caption"),
        (sms(failover=[sms(client_ref=None)]), "failover[0].client_ref"),
    ],
)
def test_an_optional_null_is_taken_as_absent(body: Json, name: str) -> None:
    verdict = CONTRACT.check(body)

    finding = Finding(name, "null_member", f"`{name}` is null; it is taken as absent.")
    assert ((), (finding,)) == (verdict.violations, verdict.findings)


@pytest.mark.parametrize("name", ["to", "from", "text", "message_type"])
def test_a_null_that_is_refused_is_not_also_taken_as_absent(name: str) -> None:
    verdict = CONTRACT.check(sms() | {name: None})

    assert ([name], ()) == ([each.name for each in verdict.violations], verdict.findings)


def test_findings_are_told_beside_violations() -> None:
    verdict = CONTRACT.check(renamed(viber(ttl=60), "to", "recipient"))

    assert ["to"] == [each.name for each in verdict.violations]
    assert {"ttl", "recipient"} == {each.name for each in verdict.findings}
