"""Texts that people read: what they may hold, and the same said in JSON Schema."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

# Controls other than line feed and tab; marks of direction, which make what is read another text than what is
# stored; and code points that are no characters.
_UNSEEN = (
    r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
)
_UNSEEN_ONE = re.compile(f"[{_UNSEEN}]")


@dataclass(frozen=True)
class Readable:
    """A text of 1 to `longest` code points with something to see in it; NFC; one line unless `lines`."""

    longest: int
    lines: bool = True

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(min_length=1, max_length=self.longest)
        return core_schema.no_info_after_validator_function(self._check, text)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        unseen = _UNSEEN if self.lines else rf"\n\t{_UNSEEN}"
        pattern = rf"^[^{unseen}]*[^\s{unseen}][^{unseen}]*$"
        return {"type": "string", "minLength": 1, "maxLength": self.longest, "pattern": pattern}

    def _check(self, text: str) -> str:
        if _UNSEEN_ONE.search(text):
            raise PydanticCustomError("unprintable-character", "holds a control or direction character: remove it")
        if not text.strip():
            raise PydanticCustomError("blank", "needs at least one visible character")
        if not self.lines and ("\n" in text or "\t" in text):
            raise PydanticCustomError("line-break", "is one line: remove the line breaks and tabs")
        composed = unicodedata.normalize("NFC", text)
        if len(composed) > self.longest:  # some characters have a composed form of several
            raise PydanticKnownError("string_too_long", {"max_length": self.longest})
        return composed
