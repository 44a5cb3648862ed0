"""Shopify's ids: what is one, and the keys that rows have by them."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.shopify.records import id_of
from shared.shopify_ids import (
    id_in,
    id_of_inverted_key,
    id_of_key,
    inverted_key_of,
    key_behind,
    key_of,
)

ROOT = Path(__file__).parents[2]
numbers = st.integers(1, 10**19 - 1) | st.integers(1, 99)
ids = numbers.map(str)
GUID = "0c9a8f0e-2d1f-4b7a-9d55-1f2e3d4c5b6a"


@given(ids)
def test_an_id_is_the_same_text_as_a_person_writes_it_as_shopify_does_and_in_a_key(id: str) -> None:
    assert id_in(id) == id_of(f"gid://shopify/Order/{id}") == id_of_key(key_of(id)) == id
    assert id_of_inverted_key(inverted_key_of(id)) == id


@given(numbers, numbers)
def test_keys_sort_as_the_ids_do(one: int, other: int) -> None:
    keys, inverted = (key_of(str(one)), key_of(str(other))), (inverted_key_of(str(one)), inverted_key_of(str(other)))

    assert (keys[0] < keys[1], inverted[0] > inverted[1]) == (one < other, one < other)
    assert f"{keys[0]}|20260310" < key_behind(str(one)) < key_of(str(one + 1))


@pytest.mark.parametrize("text", [
    "", " 7", "7 ", "007", "0", "-7", "+7", "7.0", "1e3", "0x7", "٧", "seven", "#1001", "9" * 20, "9" * 25, "7\n",
    "gid://shopify/Order/7", GUID])
def test_what_can_be_no_id_of_shopifys_is_none(text: str) -> None:
    assert id_in(text) is None


def test_an_id_that_is_no_number_stands_for_itself() -> None:
    assert id_of_key(key_of(GUID)) == GUID


def test_nobody_else_knows_how_a_key_is_written() -> None:
    written = re.compile(r":0?20d|zfill\(|rjust\(")

    modules = (ROOT / "shared").rglob("*.py")
    found = {str(path.relative_to(ROOT)) for path in modules if written.search(path.read_text())}

    assert found == {"shared/shopify_ids.py"}
