"""Writing log entries and reading one back whole, against the emulator."""
from __future__ import annotations

import gzip
from datetime import timedelta

import pytest

from local.storage_proxy import StorageProxy
from shared.errors import ConnectorError
from shared.journal.log_entries import CONTAINERS, LONGEST_IN_ROW, TABLES, LogEntries, container_of, hour_of, table_of
from shared.journal.log_list import LogFilter, list_log_entries
from shared.storage.account import Storage
from tests.integration.journal.conftest import a_call, write
from tests.manual_clock import ManualClock


def numbers(logs: LogEntries, shop: str = "FR") -> list[str]:
    return [entry.id for entry in list_log_entries(logs, [shop], LogFilter()).entries]


def test_every_field_of_a_call_is_found_again(logs: LogEntries, clock: ManualClock) -> None:
    call = a_call(clock.now(), retry=2, has_error=True, requested_cost=12.5, actual_cost=12.0, available_points=1988.0)
    write(logs, "FR", call, run="0982-abcd")

    entry = logs.get(numbers(logs)[0])

    assert (entry.shop, entry.at, entry.run) == ("FR", "2026-03-10T10:00:00.000000Z", "0982-abcd")
    assert (entry.direction, entry.method, entry.url) == (call.direction, call.method, call.url)
    assert (entry.status, entry.description, entry.has_error, entry.retry) == (200, "OK", True, 2)
    assert (entry.requested_cost, entry.actual_cost, entry.available_points) == (12.5, 12.0, 1988.0)
    assert (entry.seconds, entry.request_id) == (0.25, "req-1")
    assert (entry.request, entry.response) == (call.request, call.response)


def test_no_secret_reaches_storage(logs: LogEntries, clock: ManualClock) -> None:
    known = LogEntries(Storage(logs.tables, logs.blobs, None), known_secrets=["kn0wn-s3cret"])  # type: ignore[arg-type]
    call = a_call(
        clock.now(), url="https://x.example/callback?hmac=planted-1", request='{"client_secret":"planted-2"}',
        response=f'{{"access_token":"planted-3","note":"kn0wn-s3cret {"x" * 20_000}"}}',
    )
    write(known, "FR", call)

    (row,) = logs.tables[table_of(hour_of(clock.now()))].partition("FR")
    entry = logs.get(numbers(logs)[0])

    assert row["request_preview"] == '{"client_secret":"***"}'
    assert entry.response.startswith('{"access_token":"***","note":"*** xxx')
    assert not [word for word in ("planted", "kn0wn") if word in f"{row}{entry}"]


@pytest.mark.parametrize("length", [0, 49, LONGEST_IN_ROW, LONGEST_IN_ROW + 1, 70_000, 400_000])
def test_a_body_comes_back_whole_whatever_its_length(logs: LogEntries, clock: ManualClock, length: int) -> None:
    request, response = "é" * length, "{" + '"a\n\\"' * (length // 6)
    write(logs, "FR", a_call(clock.now(), request=request, response=response), a_call(clock.now(), request="short"))

    entry = logs.get(numbers(logs)[1])

    assert (entry.request, entry.response) == (request, response)
    assert (entry.request_preview, entry.response_preview) == (request[:50], response[:50])
    assert logs.get(numbers(logs)[0]).request == "short"


def test_long_bodies_of_one_batch_share_one_blob(logs: LogEntries, door: StorageProxy, clock: ManualClock) -> None:
    long = "x" * 40_000
    write(logs, "FR", *[a_call(clock.now(), request=long, response=long) for _ in range(60)])

    assert len(logs.blobs.names(container_of(clock.now().date()))) == 1
    assert door.count("LogEntries") <= 3


def test_a_batch_over_the_turn_of_an_hour_goes_to_two_tables(logs: LogEntries, clock: ManualClock) -> None:
    turn = clock.now().replace(hour=11)
    late, new = a_call(turn - timedelta(microseconds=1), request_id="late"), a_call(turn, request_id="new")

    write(logs, "FR", late, new)

    assert logs.tables.names(TABLES) == ["LogEntries2026031010", "LogEntries2026031011"]
    assert [logs.get(number).request_id for number in numbers(logs)] == ["new", "late"]


def test_long_bodies_around_midnight_lie_in_the_container_of_their_day(logs: LogEntries, clock: ManualClock) -> None:
    midnight = clock.now().replace(hour=0) + timedelta(days=1)
    late = [a_call(midnight - timedelta(hours=hours), response="x" * 20_000 + "late") for hours in (2, 1)]

    write(logs, "FR", *late, a_call(midnight, response="x" * 20_000 + "new"))

    assert logs.blobs.containers(CONTAINERS) == ["log-bodies-20260310", "log-bodies-20260311"]
    assert [logs.get(number).response.strip("x") for number in numbers(logs)] == ["new", "late", "late"]


def test_a_number_that_does_not_exist_is_not_found(logs: LogEntries, clock: ManualClock) -> None:
    write(logs, "FR", a_call(clock.now()))

    for number in (numbers(logs)[0].replace("-FR", "-DE"), "20200101-000000000000-000000abcdef-FR", "nonsense"):
        with pytest.raises(ConnectorError) as missing:
            logs.get(number)
        assert missing.value.code == "not-found"


SPOILT = [
    pytest.param(b"no gzip at all", id="not gzip"),
    pytest.param(gzip.compress(b'"' + b"x" * 20_000 + b'"')[:-9], id="cut off"),
    pytest.param(gzip.compress(b""), id="empty"),
    pytest.param(b"", id="no bytes"),
    pytest.param(gzip.compress(b'"half of a body'), id="no JSON"),
    pytest.param(gzip.compress(b'{"of": "another form"}'), id="no text"),
    pytest.param(gzip.compress(b"\xff\n" * 3), id="not UTF-8"),
]


@pytest.mark.parametrize("pack", SPOILT)
def test_an_entry_whose_bodies_lie_in_a_spoilt_pack_opens_and_says_which_cannot_be_read(
    logs: LogEntries, clock: ManualClock, pack: bytes,
) -> None:
    write(logs, "FR", a_call(clock.now(), response="x" * 20_000), a_call(clock.now(), request="y" * 20_000))
    container = container_of(clock.now().date())
    (name,) = logs.blobs.names(container)
    logs.blobs.write(container, name, pack, "application/gzip")

    second, first = (logs.get(number) for number in numbers(logs))

    assert (first.request, first.response_preview) == ('{"query":"{ shop { name } }"}', "x" * 50)
    assert first.response == f"(The response cannot be read: what is stored of it in {container}/{name} is spoilt.)"
    assert second.request.startswith("(The request cannot be read: ")


def test_an_entry_whose_long_body_was_removed_opens_and_says_so(logs: LogEntries, clock: ManualClock) -> None:
    write(logs, "FR", a_call(clock.now(), response="x" * 20_000))
    container = container_of(clock.now().date())
    logs.blobs.remove(container, logs.blobs.names(container))

    entry = logs.get(numbers(logs)[0])

    assert (entry.request, entry.response) == ('{"query":"{ shop { name } }"}', "(The response has been removed.)")
