"""Rows that are read, against those that the SDK reads from the same emulator."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from azure.core.exceptions import DecodeError, ResourceNotFoundError
from azure.data.tables import EdmType, EntityProperty, TableClient, TableServiceClient

from shared.storage import queries
from shared.storage.account import Storage
from shared.storage.batches import Row
from shared.storage.tables import Put

KEYS = ["l'été", "a|b", "50%", "a b+c=d&e", "(1)", "😀", "{x}", '"', "漢字", "''", ""]
VALUES: dict[str, object] = {
    "text": "Zoé – 漢字 😀", "empty": "", "digits": "007", "lines": 'a\r\n"b" \\ \t', "date": "2026-03-10T10:00:00Z",
    "odata": "odata.etag", "type": "Edm.Int64", "yes": True, "no": False,
    "none": 0, "least": -(2**31), "most": 2**31 - 1,
    "fraction": 12.5, "whole": 12.0, "small": 1e-9, "endless": float("inf"),
    "long": EntityProperty(2**62, EdmType.INT64), "short": EntityProperty(-1, EdmType.INT64),
    "at": datetime(2026, 3, 10, 10, 0, 0, 123456, UTC), "second": datetime(2026, 3, 10, 10, tzinfo=UTC),
    "id": UUID("c9da6455-213d-42c9-9a79-3e9149a57833"), "bytes": b"\x00\xff\xfe", "nothing": b"",
}


@pytest.fixture
def client(azurite: Any) -> Iterator[TableClient]:
    """A table of the emulator that is there, and nothing in it."""
    with TableServiceClient.from_connection_string(azurite.connection_string) as service:
        yield service.create_table("Q" + uuid4().hex[:20])


def by_the_sdk(entity: Mapping[str, Any]) -> Row:
    return dict(entity) | {"etag": entity.metadata["etag"]}  # type: ignore[attr-defined]


def pages_by_the_sdk(client: TableClient, filter: str, size: int, select: list[str] | None = None) -> list[list[Row]]:
    found = client.query_entities(filter, results_per_page=size, select=select)
    return [[by_the_sdk(entity) for entity in page] for page in found.by_page()]


def pages_of_ours(client: TableClient, filter: str, size: int, select: list[str] | None = None) -> list[list[Row]]:
    pages, after = list[list[Row]](), None
    while True:
        rows, after = queries.page(client, filter, size=size, select=select, after=after)
        pages.append(rows)
        if after is None:
            return pages


@pytest.mark.parametrize("name", VALUES)
def test_a_value_of_each_type_is_the_one_that_the_sdk_reads(client: TableClient, name: str) -> None:
    client.create_entity({"PartitionKey": "p", "RowKey": "1", name: VALUES[name]})

    alone = queries.row(client, "p", "1")
    (listed,), _ = queries.page(client, "", size=10, select=None, after=None)

    told = by_the_sdk(client.get_entity("p", "1"))
    assert alone == listed == told
    assert alone[name] == VALUES[name]
    assert isinstance(told[name], type(alone[name]))  # the SDK's time is a kind of its own
    assert type(alone[name]) is type(VALUES[name])


def test_a_time_with_more_digits_than_we_have_loses_them_as_the_sdk_does(client: TableClient) -> None:
    client.create_entity({
        "PartitionKey": "p", "RowKey": "1", "at": EntityProperty("2026-03-10T10:00:00.1234567Z", EdmType.DATETIME)})

    assert queries.row(client, "p", "1")["at"] == client.get_entity("p", "1")["at"]


@pytest.mark.parametrize("key", KEYS)
def test_a_row_is_found_by_a_key_with_whatever_sign(client: TableClient, key: str) -> None:
    for other in KEYS:
        client.create_entity({"PartitionKey": key, "RowKey": other, "n": KEYS.index(other)})

    assert [queries.row(client, key, other)["n"] for other in KEYS] == list(range(len(KEYS)))
    question = queries.filled("PartitionKey eq @p and RowKey eq @k", {"p": key, "k": key})
    assert pages_of_ours(client, question, 10) == pages_by_the_sdk(client, question, 10)
    assert [row["RowKey"] for page in pages_of_ours(client, question, 10) for row in page] == [key]


@pytest.mark.parametrize("select", [None, ["RowKey"], ["text", "at"], ["RowKey", "id", "missing"]])
@pytest.mark.parametrize("size", [1, 3, 5, 10])
def test_the_pages_of_a_listing_are_those_of_the_sdk(
    client: TableClient, size: int, select: list[str] | None
) -> None:
    for key in KEYS[:5]:
        client.create_entity({"PartitionKey": "l'été|é", "RowKey": key} | VALUES)

    ours = pages_of_ours(client, "", size, select)

    assert ours == pages_by_the_sdk(client, "", size, select)
    assert sum(map(len, ours)) == 5


def test_a_listing_goes_on_where_the_sdk_stopped(client: TableClient) -> None:
    for key in KEYS:
        client.create_entity({"PartitionKey": "l'été|é", "RowKey": key})
    theirs = client.list_entities(results_per_page=4).by_page()
    list(next(theirs))

    rows, after = queries.page(client, "", size=4, select=None, after=theirs.continuation_token)  # type: ignore[attr-defined]

    assert rows == list(map(by_the_sdk, next(theirs)))
    assert after == theirs.continuation_token  # type: ignore[attr-defined]


@pytest.mark.parametrize("ask", [
    lambda client: queries.row(client, "p", "1"),
    lambda client: queries.page(client, "", size=1, select=None, after=None),
])
def test_a_missing_table_is_told_in_the_words_of_the_sdk(
    client: TableClient, ask: Callable[[TableClient], object]
) -> None:
    client.delete_table()
    with pytest.raises(ResourceNotFoundError) as theirs:
        list(client.list_entities())

    with pytest.raises(ResourceNotFoundError) as ours:
        ask(client)

    assert str(ours.value).splitlines()[0] == str(theirs.value).splitlines()[0]
    assert "TableNotFound" in str(ours.value)


def test_an_answer_that_is_no_json_is_one_to_ask_for_again() -> None:
    class Answer:
        content = b'{"value": [{"RowKey": "1"'
        status_code, reason, headers = 200, "OK", dict[str, str]()

    with pytest.raises(DecodeError, match="cannot be read"):
        queries._read(Answer(), queries._Page)  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "written"), [
    ("l'été", "'l''été'"), ("a @b c", "'a @b c'"), ("", "''"), (True, "true"), (False, "false"), (1, "1"), (0, "0"),
    (-3, "-3"), (1.5, "1.5"),
])
def test_a_parameter_is_written_as_a_filter_has_it(value: str | float, written: str) -> None:
    assert queries.filled("who eq 'x@v' and (n eq @v or m ne @v)", {"v": value}) == (
        f"who eq 'x@v' and (n eq {written} or m ne {written})")


# What holds of the emulator has to hold in memory

TEXTS = {name: value for name, value in VALUES.items() if type(value) in (str, int, bool, float) and name != "endless"}


def test_rows_are_listed_page_by_page_with_their_types_in_the_emulator_as_in_memory(
    storage: Storage, a_name: Callable[[str], str]
) -> None:
    table = storage.tables[a_name("Q")]
    etags = table.write([Put("put", {"PartitionKey": "é", "RowKey": key} | TEXTS) for key in KEYS])

    rows = list(table.rows("PartitionKey eq @p", {"p": "é"}, page_rows=3))

    assert [row["RowKey"] for row in rows] == sorted(KEYS, key=lambda key: key.encode("utf-16-be"))
    for row in rows:
        assert row == {"PartitionKey": "é", "RowKey": row["RowKey"], "etag": etags[KEYS.index(row["RowKey"])]} | TEXTS
        assert [type(row[name]) for name in TEXTS] == [type(value) for value in TEXTS.values()]
        assert table.get("é", row["RowKey"]) == row


def test_what_is_selected_and_not_there_is_none_or_nothing(storage: Storage, a_name: Callable[[str], str]) -> None:
    table = storage.tables[a_name("Q")]
    table.put({"PartitionKey": "p", "RowKey": "1", "a": 1})
    table.put({"PartitionKey": "p", "RowKey": "2", "b": 2})

    rows = list(table.rows("PartitionKey eq @p", {"p": "p"}, select=("RowKey", "a")))

    assert [(row["RowKey"], row.get("a"), "b" in row) for row in rows] == [("1", 1, False), ("2", None, False)]
