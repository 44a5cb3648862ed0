"""What cannot be read is one kind of error at one door, however it is spoilt."""
from __future__ import annotations

import base64
from decimal import Decimal

import msgspec
import pytest

from shared.business_central import wire
from shared.errors import ConnectorError
from shared.json_text import decoded, decoded_exactly
from shared.settings import Settings
from shared.shopify.event_bridge import delivery_of_event
from shared.shopify.topics import RECORD_TOPICS, changed_records
from shared.who_may import Role, admitted

DEEP = [
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"id":1,"unknown":' + b'[{"x":' * 50_000 + b"1" + b"}]" * 50_000 + b"}",
]
SPOILT: list[bytes | str] = [
    *DEEP, '{"a": "\ud83d"}', b"", b"{", b"\xff\xfe", b'"\xff"', b'{"a": NaN}', b"[1,]", b'{"a":"\xed\xa0\xbd"}',
]


class _Named(msgspec.Struct):
    id: int


@pytest.mark.parametrize("text", SPOILT)
def test_a_spoilt_text_is_a_decode_error_whatever_is_wrong_with_it(text: bytes | str) -> None:
    for read in (decoded, decoded_exactly, lambda each: decoded(each, type=_Named)):
        with pytest.raises(msgspec.DecodeError):
            read(text)


def test_a_sound_text_is_its_value_and_fractions_stay_exact_where_it_is_asked_for() -> None:
    assert decoded(b'{"id": 7, "deep": [[[[1]]]]}', type=_Named) == _Named(7)
    assert decoded_exactly(b'{"price": 0.10}') == {"price": Decimal("0.10")}


@pytest.mark.parametrize("body", DEEP)
def test_a_deep_answer_of_business_central_has_no_code_and_some_words(body: bytes) -> None:
    code, words = wire.error_in(body)

    assert code == ""
    assert len(words) <= 200


@pytest.mark.parametrize("body", DEEP)
@pytest.mark.parametrize("topic", RECORD_TOPICS)
def test_a_deep_webhook_is_refused_as_input(topic: str, body: bytes) -> None:
    with pytest.raises(ConnectorError) as refused:
        changed_records(topic, body)

    assert refused.value.code == "input-invalid"


@pytest.mark.parametrize("body", DEEP)
def test_a_deep_event_is_refused_as_input(body: bytes) -> None:
    with pytest.raises(ConnectorError) as refused:
        delivery_of_event(body.decode())

    assert refused.value.code == "input-invalid"


@pytest.mark.parametrize("body", DEEP)
def test_a_deep_identity_is_nobody(body: bytes) -> None:
    headers = {"x-ms-client-principal": base64.b64encode(body).decode()}

    with pytest.raises(ConnectorError) as refused:
        admitted(headers, Role.VIEWER, Settings(storage_connection="x", token_key="x", authentication_on=True))

    assert refused.value.code == "not-signed-in"
