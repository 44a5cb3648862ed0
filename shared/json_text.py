"""The one door for JSON texts: what cannot be read is a DecodeError, whatever is wrong with it.

msgspec reads nested values by recursion, so a hundred thousand brackets end in RecursionError, and what is no UTF-8,
bytes or half a character, in UnicodeError. Both say the same of a text as a missing brace does: it is not JSON that we
can read.
"""
from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")

_EXACT = msgspec.json.Decoder(float_hook=Decimal)


@overload
def decoded(text: bytes | str) -> Any: ...


@overload
def decoded(text: bytes | str, type: type[T]) -> T: ...


def decoded(text: bytes | str, type: Any = Any) -> Any:
    """The value that `text` holds, as `type`.

    msgspec.DecodeError: it is no JSON, not of that type (then ValidationError), or nested too deeply.
    """
    try:
        return msgspec.json.decode(text, type=type)
    except (RecursionError, UnicodeError) as error:
        raise _no_json(error) from None


def decoded_exactly(text: bytes | str) -> Any:
    """The value that `text` holds, fractions as Decimal; msgspec.DecodeError as above."""
    try:
        return _EXACT.decode(text)
    except (RecursionError, UnicodeError) as error:
        raise _no_json(error) from None


def _no_json(error: RecursionError | UnicodeError) -> msgspec.DecodeError:
    """The same error whatever is wrong. What is called for each of a million lines has no context manager around it."""
    if isinstance(error, UnicodeDecodeError | UnicodeEncodeError):
        return msgspec.DecodeError(f"it is not UTF-8: {error.reason}")
    return msgspec.DecodeError("it is nested too deeply")
