"""The benchmark of the peers counts a reading only if it is whole, and its own reader and door work."""
from __future__ import annotations

import json
import sys
from math import isnan
from pathlib import Path

import pytest

from benchmarks.peers import OURS, READERS, Reading, a_street, above_start, aims, cpu, ids_in, measured, wrong

TRUTH = {"orders": ["1", "2", "3"]}
TAP = READERS[1].name


def reading(*ids: str, cpu: float = 2, failure: str = "") -> Reading:
    return Reading(failure, list(ids), seconds=10, cpu_seconds=cpu, peak_megabytes=50, calls=3, points=30)


STARTS = {name: [reading(cpu=1)._replace(peak_megabytes=40)] for name in (OURS.name, TAP)}


@pytest.mark.parametrize("read, problem", [
    (reading("3", "1", "2"), ""),
    (reading("1", "2"), "1 missing"),
    (reading("1", "2", "3", "3"), "1 not the shop's, or more than once"),
    (reading("1", "2", "4"), "1 missing, 1 not the shop's, or more than once"),
    (reading("1", "2", "3", failure="it ended with 1: no"), "it ended with 1: no"),
])
def test_a_reading_counts_only_if_it_is_what_the_shop_has_each_once(read: Reading, problem: str) -> None:
    assert wrong(read, TRUTH["orders"]) == problem


def test_what_is_compared_is_what_was_used_beyond_the_start() -> None:
    whole = reading("1", "2", "3", cpu=2), reading("1", "2", "3", cpu=5)

    told = aims(TRUTH, STARTS, {(OURS.name, "orders"): [whole[0]], (TAP, "orders"): [whole[1]]})

    assert [(aim.name.split()[1], aim.measured, aim.held) for aim in told] == [
        ("CPU", 0.25, True), ("memory", 1, True), ("seconds", 1, True)]


def test_what_cannot_be_told_from_the_start_counts_as_a_hundredth_and_never_as_nothing() -> None:
    start = [reading(cpu=2)]

    assert above_start([reading("1", cpu=2)], start, cpu) == pytest.approx(0.02)


@pytest.mark.parametrize("ours, theirs", [(("1", "2"), ("1", "2", "3")), (("1", "2", "3"), ("1", "2"))])
def test_no_aim_holds_where_either_side_read_something_else(ours: tuple[str, ...], theirs: tuple[str, ...]) -> None:
    told = aims(TRUTH, STARTS, {(OURS.name, "orders"): [reading(*ours)], (TAP, "orders"): [reading(*theirs)]})

    assert all(isnan(aim.measured) and not aim.held for aim in told)


def test_ids_are_read_from_what_each_reader_writes(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    lines = [
        {"type": "STATE", "value": {}}, {"type": "RECORD", "stream": "orders", "record": {"id": "gid://shopify/Order/5"}},
        {"type": "RECORD", "record": {"stream": "products", "data": {"id": 6, "emitted": 1}}},
    ]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    assert list(ids_in(file)) == ["5", "6"]


def test_our_own_reader_reads_every_record_through_the_door(tmp_path: Path) -> None:
    with a_street(tmp_path, records=4, plan="enterprise") as street:
        read = measured(street, OURS, Path(sys.executable), "orders")

        assert wrong(read, street.ids("orders")) == ""
        assert len(read.ids) == 4
        assert read.calls > 0
        assert read.points > 0
