"""Packs: whoever has gzip reads them, those of earlier versions are read, and what is spoilt is said to be."""
from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.packed_lines import Spoilt, packed, unpacked

LINES = st.lists(st.binary(max_size=200).filter(lambda line: b"\n" not in line), min_size=1, max_size=20)
PAGE = [json.dumps({"id": f"gid://shopify/Order/{number}", "name": f"#{number}", "email": f"k{number}@example.com",
                    "note": "Bitte läuten", "totalPriceSet": {"shopMoney": {"amount": f"{number}.90"}}}).encode()
        for number in range(5000, 5250)]


@given(LINES)
def test_what_is_packed_is_unpacked_line_by_line_and_by_whoever_has_gzip(lines: list[bytes]) -> None:
    pack = packed(lines)

    assert unpacked(pack) == lines
    assert gzip.decompress(pack) == b"\n".join(lines)


@pytest.mark.parametrize("level", [3, 6])
def test_what_earlier_versions_packed_is_unpacked(level: int) -> None:
    assert unpacked(gzip.compress(b"\n".join(PAGE), level)) == PAGE


def test_a_page_of_records_takes_little_more_room_than_zlib_would_give_it() -> None:
    assert len(packed(PAGE)) < 1.2 * len(gzip.compress(b"\n".join(PAGE), 3))


@pytest.mark.parametrize("kept", [0, 1, 9, 10, 200, -9, -8, -1])
def test_what_was_cut_off_is_spoilt_and_not_a_shorter_pack(kept: int) -> None:
    with pytest.raises(Spoilt):
        unpacked(packed(PAGE)[:kept] or b"\x1f")


@pytest.mark.parametrize("place", [0, 2, 40, -8, -1])
def test_what_was_changed_is_spoilt_and_not_other_lines(place: int) -> None:
    pack = bytearray(packed(PAGE))
    pack[place] ^= 0xFF

    with pytest.raises(Spoilt):
        unpacked(bytes(pack))
