"""Messages of every channel and kind as a user of the official Python client, version 4, writes them.

Each object with the member ``model`` stands for that model of the client, which its driver builds.
"""

from dataclasses import dataclass
from uuid import UUID

from mockserver.model import Json

ABSTRACT = {"BaseMessage", "RcsSuggestionBase"}
"""Models that stand only behind others."""

USER = "447700900101"
SMS = {"to": USER, "from_": "AcmeCo"}
MMS = {"to": "12015550123", "from_": "12015550199"}
RCS = {"to": USER, "from_": "AcmeAgent"}
WHATSAPP = {"to": USER, "from_": "447700900201"}
MESSENGER = {"to": "2233445566778899", "from_": "104455667788990"}
VIBER = {"to": USER, "from_": "20417"}


def of(model: str, parties: Json = None, **members: Json) -> Json:
    """Return what the driver builds a model of the client from."""
    return {"model": model, **(parties or {}), **members}


def media(model: str, path: str, **members: Json) -> Json:
    """Return a model that shows a file."""
    return of(model, url=f"https://cdn.example.org/{path}", **members)


REPLY = of("RcsSuggestionReply", text="Yes", postback_data="yes")
LINK = {"postback_data": "look", "url": "https://example.org/shop", "description": "The shop"}
SUGGESTIONS = [
    REPLY,
    of("RcsSuggestionActionDial", text="Call", postback_data="call", phone_number="447700900300"),
    of(
        "RcsSuggestionActionViewLocation",
        text="Where",
        postback_data="where",
        latitude="51.5072",
        longitude="-0.1276",
        pin_label="Office",
        fallback_url="https://example.org/map",
    ),
    of("RcsSuggestionActionShareLocation", text="I am here", postback_data="here"),
    of("RcsSuggestionActionOpenUrl", text="Look", **LINK),
    of("RcsSuggestionActionOpenUrlWebview", text="Look here", view_mode="HALF", **LINK),
    of(
        "RcsSuggestionActionCreateCalendarEvent",
        text="Save",
        postback_data="save",
        start_time="2026-12-01T09:00:00Z",
        end_time="2026-12-01T10:00:00Z",
        title="Visit",
        description="At the clinic",
    ),
]
CARD = of(
    "RcsCard",
    title="Box",
    text="Made of oak",
    media_url="https://cdn.example.org/box.jpg",
    media_description="A box",
    media_height="TALL",
    thumbnail_url="https://cdn.example.org/small.jpg",
    media_force_refresh=True,
    suggestions=[REPLY],
)
CONTENT = [
    media("MmsContentItemImage", "box.jpg"),
    media("MmsContentItemAudio", "bell.mp3"),
    media("MmsContentItemVideo", "bell.mp4"),
    media("MmsContentItemFile", "bill.pdf", caption="Bill"),
    media("MmsContentItemVcard", "ada.vcf"),
]
BUTTON = of("ViberAction", url="https://example.org/shop", text="Buy")
TEXT = of("Sms", SMS, text="Table ready")
INDICATOR = of("ReplyingIndicatorText", show=True)


@dataclass(frozen=True, slots=True)
class Case:
    """A message as the client's user writes it, with the channel and kind it must arrive as."""

    channel: str
    kind: str
    message: Json


CASES = [
    Case("sms", "text", TEXT),
    Case(
        "sms",
        "text",
        of(
            "Sms",
            SMS,
            text="Tisch bereit ✓",
            ttl=600,
            trusted_recipient=True,
            sms=of("SmsOptions", encoding_type="unicode", content_id="1107", entity_id="1101", pool_id="pool-1"),
            client_ref="order-42",
        ),
    ),
    Case("mms", "text", of("MmsText", MMS, text="See you")),
    Case("mms", "image", of("MmsImage", MMS, image=media("MmsResource", "box.jpg", caption="Box"), ttl=600)),
    Case("mms", "vcard", of("MmsVcard", MMS, vcard=media("MmsResource", "ada.vcf"))),
    Case("mms", "audio", of("MmsAudio", MMS, audio=media("MmsResource", "bell.mp3"))),
    Case("mms", "video", of("MmsVideo", MMS, video=media("MmsResource", "bell.mp4"))),
    Case("mms", "file", of("MmsFile", MMS, file=media("MmsResource", "bill.pdf"), trusted_recipient=True)),
    Case("mms", "content", of("MmsContent", MMS, content=CONTENT)),
    Case("rcs", "text", of("RcsText", RCS, text="Hello", ttl=600, rcs=of("RcsOptions", category="transaction"))),
    Case("rcs", "text", of("RcsText", RCS, text="Pick one", suggestions=SUGGESTIONS, trusted_recipient=True)),
    Case("rcs", "image", of("RcsImage", RCS, image=media("RcsResource", "box.jpg"))),
    Case("rcs", "video", of("RcsVideo", RCS, video=media("RcsResource", "bell.mp4"))),
    Case("rcs", "file", of("RcsFile", RCS, file=media("RcsResource", "bill.pdf"))),
    Case("rcs", "custom", of("RcsCustom", RCS, custom={"contentMessage": {"text": "As the network takes it"}})),
    Case(
        "rcs",
        "card",
        of(
            "RcsCardMessage",
            RCS,
            card=CARD,
            rcs=of("RcsOptionsCard", card_orientation="HORIZONTAL", image_alignment="LEFT"),
        ),
    ),
    Case(
        "rcs",
        "carousel",
        of(
            "RcsCarouselMessage",
            RCS,
            carousel=of("RcsCarousel", cards=[CARD, CARD]),
            rcs=of("RcsOptionsCarousel", card_width="SMALL", category="promotion"),
            suggestions=[REPLY],
        ),
    ),
    Case("whatsapp", "text", of("WhatsappText", WHATSAPP, text="Thanks for writing")),
    Case(
        "whatsapp",
        "text",
        of(
            "WhatsappText",
            {**WHATSAPP, "to": "US.13491208655302741918"},
            text="Re: that",
            context=of("WhatsappContext", message_uuid="5b1e6c2a-8d5f-4a7e-9c3b-1f2e3d4c5b6a"),
        ),
    ),
    Case(
        "whatsapp",
        "image",
        of("WhatsappImage", WHATSAPP, image=media("WhatsappImageResource", "box.jpg", caption="Box")),
    ),
    Case("whatsapp", "audio", of("WhatsappAudio", WHATSAPP, audio=media("WhatsappAudioResource", "bell.mp3"))),
    Case(
        "whatsapp",
        "video",
        of("WhatsappVideo", WHATSAPP, video=media("WhatsappVideoResource", "bell.mp4", caption="Bell")),
    ),
    Case(
        "whatsapp",
        "file",
        of("WhatsappFile", WHATSAPP, file=media("WhatsappFileResource", "bill.pdf", caption="Bill", name="bill.pdf")),
    ),
    Case(
        "whatsapp",
        "template",
        of(
            "WhatsappTemplate",
            WHATSAPP,
            template=of("WhatsappTemplateResource", name="acme:login_code", parameters=["Acme", "90417"]),
            whatsapp=of("WhatsappTemplateSettings", locale="en_GB", policy="deterministic"),
        ),
    ),
    Case(
        "whatsapp",
        "template",
        of("WhatsappTemplate", WHATSAPP, template=of("WhatsappTemplateResource", name="acme:greeting")),
    ),
    Case("whatsapp", "sticker", of("WhatsappSticker", WHATSAPP, sticker=media("WhatsappStickerUrl", "wave.webp"))),
    Case("whatsapp", "sticker", of("WhatsappSticker", WHATSAPP, sticker=of("WhatsappStickerId", id=str(UUID(int=42))))),
    Case(
        "whatsapp",
        "custom",
        of("WhatsappCustom", WHATSAPP, custom={"type": "contacts", "contacts": [{"name": {"formatted_name": "Ada"}}]}),
    ),
    Case(
        "messenger",
        "text",
        of(
            "MessengerText",
            MESSENGER,
            text="On our way",
            messenger=of("MessengerOptions", category="message_tag", tag="CONFIRMED_EVENT_UPDATE"),
        ),
    ),
    Case("messenger", "image", of("MessengerImage", MESSENGER, image=media("MessengerResource", "box.jpg"))),
    Case("messenger", "audio", of("MessengerAudio", MESSENGER, audio=media("MessengerResource", "bell.mp3"))),
    Case("messenger", "video", of("MessengerVideo", MESSENGER, video=media("MessengerResource", "bell.mp4"))),
    Case("messenger", "file", of("MessengerFile", MESSENGER, file=media("MessengerResource", "bill.pdf"))),
    Case("viber_service", "text", of("ViberText", VIBER, text="Parcel out")),
    Case(
        "viber_service",
        "text",
        of(
            "ViberText",
            VIBER,
            text="Buy one more",
            viber_service=of("ViberTextOptions", category="promotion", ttl=600, type="string", action=BUTTON),
        ),
    ),
    Case(
        "viber_service",
        "image",
        of(
            "ViberImage",
            VIBER,
            image=media("ViberImageResource", "box.jpg", caption="Box"),
            viber_service=of("ViberImageOptions", action=BUTTON),
        ),
    ),
    Case(
        "viber_service",
        "video",
        of(
            "ViberVideo",
            VIBER,
            video=media("ViberVideoResource", "bell.mp4", thumb_url="https://cdn.example.org/bell.jpg", caption="Bell"),
            viber_service=of("ViberVideoOptions", duration="35", file_size="4"),
        ),
    ),
    Case(
        "viber_service",
        "file",
        of(
            "ViberFile",
            VIBER,
            file=media("ViberFileResource", "bill.pdf", name="bill.pdf"),
            viber_service=of("ViberFileOptions", ttl=600),
        ),
    ),
]


def models_in(value: Json) -> set[str]:
    """Return the names of all models that a value is made of."""
    if isinstance(value, dict):
        return models_in([*value.values()]) | ({value["model"]} if "model" in value else set())
    return {name for each in value for name in models_in(each)} if isinstance(value, list | tuple) else set()
