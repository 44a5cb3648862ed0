"""An answer's sentences in the caller's language; views carry them as key and values."""
from __future__ import annotations

from typing import Any

import msgspec

from shared.texts import Sentence, said


def worded(value: Any, language: str) -> Any:
    """The value with a text in place of each sentence, wherever in it one stands."""
    match value:
        case Sentence():
            return said(value, language)
        case msgspec.Struct():
            fields = {name: getattr(value, name) for name in value.__struct_fields__}
            told = {name: worded(field, language) for name, field in fields.items()}
            changed = {name: text for name, text in told.items() if text is not fields[name]}
            return msgspec.structs.replace(value, **changed) if changed else value
        case dict():
            parts = {name: worded(part, language) for name, part in value.items()}
            return parts if any(parts[name] is not value[name] for name in value) else value
        case list() | tuple():
            several = [worded(one, language) for one in value]
            return several if any(new is not old for new, old in zip(several, value, strict=True)) else value
    return value
