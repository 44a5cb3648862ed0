"""The one door for JSON texts: what cannot be read is a DecodeError, whatever is wrong with it.

msgspec reads nested values by recursion, so a hundred thousand brackets end in RecursionError, and what is no UTF-8,
bytes or half a character, in UnicodeError. Both say the same of a text as a missing brace does: it is not JSON that we
can read.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    with _readable():
        return msgspec.json.decode(text, type=type)


def decoded_exactly(text: bytes | str) -> Any:
    """The value that `text` holds, fractions as Decimal; msgspec.DecodeError as above."""
    with _readable():
        return _EXACT.decode(text)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise msgspec.DecodeError("it is nested too deeply") from None
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise msgspec.DecodeError(f"it is not UTF-8: {error.reason}") from None
