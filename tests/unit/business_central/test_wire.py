"""JSON, OData spellings, and answers that are not what they should be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.business_central import wire

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


def test_decimals_travel_as_exact_json_numbers_in_the_order_given() -> None:
    assert wire.encode({"quantity": 2, "unitPrice": Decimal("120.00")}) == b'{"quantity":2,"unitPrice":120.00}'


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**12), max_value=10**12))
def test_an_amount_comes_back_as_it_went(amount: Decimal) -> None:
    assert wire.decode(wire.encode({"amount": amount}))["amount"] == amount


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b'{"error":{"code":"Internal_X","message":"No.  CorrelationId:  1f3c9a8e-0000-4000-8000-00000000000a."}}',
            ("Internal_X", "No."),
        ),
        (b'{"error":{"code":null,"message":null}}', ("", "")),
        (b'{"error":"broken"}', ("", '{"error":"broken"}')),
        (b"<html><style>p{}</style><h1>502 Bad Gateway</h1>\n<hr>nginx</html>", ("", "502 Bad Gateway nginx")),
        (b"", ("", "")),
        (b"\xff\xfe", ("", "\ufffd\ufffd")),
        (b"[1]", ("", "[1]")),
    ],
)
def test_any_failed_answer_gives_a_code_and_a_sentence(content: bytes, expected: tuple[str, str]) -> None:
    assert wire.error_in(content) == expected


def test_a_literal_doubles_its_quotes_and_an_option_is_escaped_for_the_address() -> None:
    assert wire.quoted("O'Neil") == "'O''Neil'"
    assert wire.query({"$filter": "number eq 'A&B'", "$select": ""}) == "?$filter=number%20eq%20'A%26B'"


def test_enum_members_read_as_people_write_them() -> None:
    assert wire.plain("_x0020_") == ""
    assert wire.plain("G_x002F_L_x0020_Account") == "G/L Account"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("17", timedelta(seconds=17)),
        ("Tue, 10 Mar 2026 10:01:00 GMT", timedelta(minutes=1)),
        ("Tue, 10 Mar 2026 09:00:00 GMT", timedelta(0)),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(header: str | None, expected: timedelta | None) -> None:
    assert wire.retry_after(header, NOW) == expected


@pytest.mark.parametrize("header", [
    "9" * 30, "9" * 400, "\u00b2", "-1", "nan", "Tue, 10 Mar 9999 10:01:00 -2359", "soon",
])
def test_a_wait_of_any_size_or_form_is_a_wait_or_none(header: str) -> None:
    wait = wire.retry_after(header, NOW)

    assert wait is None or wait > timedelta(days=30)


@pytest.mark.parametrize("part", [" ", "CorrelationId: ", "<", "<style>", "<script ", "<style></script>", "-"])
def test_a_long_text_of_anything_is_read_in_one_go(part: str) -> None:
    """Where the effort grows with the square of the length, this takes an hour."""
    text = part * (1_000_000 // len(part))

    assert len(wire.error_in(wire.encode({"error": {"code": "X", "message": text}}))) == 2
    assert len(wire.error_in(text.encode())) == 2


@pytest.mark.parametrize(("message", "sentence"), [
    ("No.  CorrelationId:  1f3c9a8e-0000-4000-8000-00000000000a.", "No."),
    ("The field CorrelationId: must be filled in", "The field CorrelationId: must be filled in"),
    ("CorrelationId: 12", ""),
    ("CorrelationId: 12 CorrelationId: 34.", "CorrelationId: 12"),
    ("plain", "plain"),
])
def test_the_correlation_id_at_the_end_is_left_out(message: str, sentence: str) -> None:
    assert wire.without_correlation(message) == sentence
