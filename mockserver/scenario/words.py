"""Single values of a scenario file, and how a union of steps is told apart by its keys; knows no key of the format."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StrictInt,
    StrictStr,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from mockserver.core.headers import COUNTING, NAME, VALUE, wrong_with
from mockserver.scenario.durations import PATTERN, DurationError, read_duration

OPEN: Final = "<"
"""How the tags of unions begin, which are no part of what the user wrote."""
X_FROM: Final = "x-from"
"""Marks a member whose values are names of ``specs/``; the JSON Schema lists them."""


class Strict(BaseModel):
    """Unknown keys are refused, values are not converted, attribute docstrings are descriptions."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, validate_by_alias=True, validate_by_name=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _is_something(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse a key with nothing behind it, which YAML takes for null: it is a slip unless null can be meant."""
        if value is None and NoneType in get_args(cls.model_fields[str(info.field_name)].annotation):
            raise mistake("is empty.", "Give it a value, or remove the key.")
        return value


def mistake(says: str, fix: str = "", *, at: str = "", near: Iterable[str] = ()) -> PydanticCustomError:
    """Return a mistake in words of ours: what it says of its place, and how to mend it.

    ``says`` may begin with ``is <found>``. ``at`` is a key below the place; ``near`` are the choices there are, of
    which the nearest is named.
    """
    return PydanticCustomError("mistake", "{says}", {"says": says, "fix": fix, "at": at, "near": tuple(near)})


@dataclass(frozen=True, slots=True)
class OneOf:
    """The mark of a text that is one of a few."""

    choices: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Check that it is."""
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the choices for the JSON Schema."""
        del schema, handler
        return {"enum": list(self.choices)}

    def _check(self, value: Any) -> Any:
        if value not in self.choices:
            raise mistake("is <found>.", near=self.choices)
        return value


def one_of(*choices: str) -> OneOf:
    """Return the mark of a text that is one of a few."""
    return OneOf(choices)


def names_of(of: str) -> Any:
    """Return the mark of a member whose values are names of ``specs/``."""
    return Field(json_schema_extra={X_FROM: of})


def _duration(value: Any) -> Any:
    try:
        return read_duration(value)
    except DurationError as error:
        raise mistake(f"is <found>, {error.says}.", error.fix) from None


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise mistake("is <found>, expected a number.")
    return value


def _base64(value: Any) -> Any:
    try:
        b64decode(value, validate=True)
    except (TypeError, ValueError):
        raise mistake("is <found>, no Base64.") from None
    return value


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if wrong := wrong_with(name, text):
            raise mistake(f"is <found>, {wrong[0]}.", wrong[1], at=name)
    return value


def _coordinate(value: Any) -> Any:
    return value if isinstance(value, str) else _number(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Mapping | list | tuple):
        raise mistake("is <found>, expected a text, a number, true or false.")
    return value


DURATION_SCHEMA: Final[list[dict[str, Any]]] = [
    {"type": ["number"], "minimum": 0},
    {"type": "string", "pattern": f"^{PATTERN}$"},
]
_COUNTING: Final = re.sub("[a-z]", lambda found: f"[{found[0].upper()}{found[0]}]", "|".join(sorted(COUNTING)))
"""In either case: the expressions of JSON Schema know no flags."""
HEADERS_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "propertyNames": {"pattern": f"^(?!({_COUNTING})$){NAME}$"},
    "additionalProperties": {"type": "string", "pattern": f"^{VALUE}$"},
}
Headers = Annotated[dict[StrictStr, StrictStr], AfterValidator(_headers), WithJsonSchema(HEADERS_SCHEMA)]
"""Headers by name, which can be sent."""
Duration = Annotated[float, BeforeValidator(_duration), WithJsonSchema({"anyOf": DURATION_SCHEMA})]
"""``50ms``, ``2s``, ``1m30s``; a number is seconds."""
Count = Annotated[StrictInt, Field(ge=0)]
Positive = Annotated[StrictInt, Field(ge=1)]
Number = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Share = Annotated[
    float,
    BeforeValidator(_number),
    Field(ge=0, le=1),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]
"""A part of all."""
Rate = Annotated[
    float, BeforeValidator(_number), Field(gt=0), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})
]
"""So many a second."""
Base64 = Annotated[
    StrictStr,
    BeforeValidator(_base64),
    WithJsonSchema({"type": "string", "pattern": "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"}),
]
Coordinate = Annotated[Any, BeforeValidator(_coordinate), WithJsonSchema({"type": ["number", "string"]})]
Name = Annotated[StrictStr, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
"""A name others can refer to."""
HttpStatus = Annotated[StrictInt, Field(ge=200, le=599)]
StatusName: TypeAlias = Literal["submitted", "delivered", "read", "rejected", "undeliverable"]
ChannelName = Annotated[StrictStr, names_of("channels")]
KindName = Annotated[StrictStr, names_of("kinds")]
VersionName = Annotated[StrictStr, names_of("versions")]
ProblemName = Annotated[StrictStr, names_of("problems")]
ErrorCode = Annotated[StrictInt, names_of("codes")]
Text = StrictStr
Scalar = Annotated[Any, BeforeValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean", "null"]})]
"""A value that is neither a list nor a mapping."""

Capture: TypeAlias = dict[Name, StrictStr]
"""Names, and the paths of what they stand for."""


def only_verb(*verbs: str, also: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """Return what refuses a mapping that does not have exactly one of the verbs as key."""
    listed = ", ".join(verbs)

    def check(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise mistake("is <found>, expected a mapping.", f"Write one of {listed}.")
        found = [each for each in value if each in verbs]
        # `expect` is a verb of its own, and beside another one what is expected of it.
        found = [each for each in found if each not in also] or found[:1]
        if len(found) > 1:
            what = f"stands beside {found[0]}, and only one thing can be said at a time."
            raise mistake(what, "Write an item for each.", at=found[1])
        if not found:
            raise mistake(f"has none of {listed}.", near=verbs)
        return value

    return check


def tag_by(*verbs: str) -> Discriminator:
    """Return what tells the members of a union by the one key they have of their own."""

    def tag(value: Any) -> str:
        keys = value if isinstance(value, Mapping) else ()
        return f"<{next((each for each in verbs if each in keys), '')}>"

    return Discriminator(tag)


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the keys a model has in the file."""
    return tuple(each.alias or name for name, each in model.model_fields.items())
