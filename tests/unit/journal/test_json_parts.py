"""JSON taken apart without rewriting a digit."""
from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConnectorError
from shared.journal.json_parts import differences, indented, part, parts, side_by_side

ORDER = (b'{"id":"gid://shopify/Order/7200000000001","total":"12.30","weight":1.10,'
         b'"big":123456789012345678901234567890,"lineItems":{"nodes":['
         b'{"id":"gid://shopify/LineItem/11","quantity":2,"product":{"id":"gid://shopify/Product/9"}},'
         b'{"id":"gid://shopify/LineItem/12","quantity":1}]},"tags":["a","b"]}')


def changes(before: bytes, after: bytes) -> list[tuple[str, str, bytes, bytes]]:
    return [(one.path, one.change, bytes(one.before), bytes(one.after)) for one in differences(before, after)]


def test_b7_every_digit_stays_in_the_indented_text() -> None:
    text = indented(ORDER).decode()

    for line in ('"total": "12.30"', '"weight": 1.10', '"big": 123456789012345678901234567890', "/7200000000001"):
        assert line in text


def test_parts_are_what_has_an_id_and_more_than_that() -> None:
    assert [(one.type, one.id, one.path) for one in parts(ORDER)] == [
        ("LineItem", "11", "lineItems.nodes[LineItem/11]"), ("LineItem", "12", "lineItems.nodes[LineItem/12]"),
    ]
    assert part(ORDER, "LineItem/12") == b'{"id":"gid://shopify/LineItem/12","quantity":1}'
    for name in ("LineItem/13", "Product/9", "", "Order/7200000000001"):
        with pytest.raises(ConnectorError):
            part(ORDER, name)


@pytest.mark.parametrize(("old", "new", "expected"), [
    (b'"quantity":2', b'"quantity":3', [("lineItems.nodes[LineItem/11].quantity", "changed", b"2", b"3")]),
    (b'"12.30"', b'"12.3"', [("total", "changed", b'"12.30"', b'"12.3"')]),
    (b"1.10", b"1.1", [("weight", "changed", b"1.10", b"1.1")]),
    (b'["a","b"]', b'["a"]', [("tags[1]", "removed", b'"b"', b"null")]),
    (b'"tags":["a","b"]', b'"tags":null', [("tags", "changed", b'["a","b"]', b"null")]),
    (b'"big":', b'"note":"x","big":', [("note", "added", b"null", b'"x"')]),
], ids=["a line", "a text", "a fraction", "shorter list", "list to null", "new property"])
def test_a_difference_names_its_path_and_shows_both_sides(
    old: bytes, new: bytes, expected: list[tuple[str, str, bytes, bytes]],
) -> None:
    assert changes(ORDER, ORDER.replace(old, new)) == expected


def test_a_line_put_before_another_moves_nothing() -> None:
    first = b'{"nodes":[{"id":"gid://shopify/LineItem/12","quantity":1}]}'
    both = b'{"nodes":[{"id":"gid://shopify/LineItem/11","quantity":5},{"id":"gid://shopify/LineItem/12","quantity":1}]}'

    assert changes(first, both) == [
        ("nodes[LineItem/11]", "added", b"null", b'{"id":"gid://shopify/LineItem/11","quantity":5}'),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=12,
)


@given(JSON, JSON)
def test_two_texts_differ_exactly_when_there_is_a_difference(one: object, other: object) -> None:
    before, after = (msgspec.json.encode(value, order="sorted") for value in (one, other))

    assert differences(before, before) == []
    assert bool(differences(before, after)) == (before != after)


def test_two_texts_stand_side_by_side_in_the_order_of_the_later_one_without_touching_a_digit() -> None:
    before, after = b'{"id":1,"price":1.10,"gone":true,"lines":[1,2]}', b'{"id":1,"new":0,"price":1.1,"lines":[1,2]}'

    pairs = [(one.path, one.change, one.before, one.after) for one in side_by_side(before, after)]

    assert pairs == [
        ("id", "same", b"1", b"1"), ("new", "added", b"", b"0"), ("price", "changed", b"1.10", b"1.1"),
        ("gone", "removed", b"true", b""), ("lines", "same", b"[1,2]", b"[1,2]"),
    ]


def test_what_only_the_earlier_text_has_stands_once_however_the_order_changed() -> None:
    before, after = b'{"a":1,"b":2,"c":3,"z":4}', b'{"b":2,"x":5,"a":1,"c":3}'

    assert sorted(one.path for one in side_by_side(before, after)) == ["a", "b", "c", "x", "z"]


@pytest.mark.parametrize("before, after", [(b"[]", b"{}"), (b"1", b"1.0"), (b"null", b'""'), (b'{"a":1}', b"[1]")])
def test_texts_of_different_shapes_differ_as_a_whole(before: bytes, after: bytes) -> None:
    assert [(one.path, one.change) for one in side_by_side(before, after)] == [("", "changed")]
