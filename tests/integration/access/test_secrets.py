"""No secret where it does not belong: whatever happens to a shop, then everything that was kept is searched.

Secrets are all tokens, refresh tokens and codes that the simulators ever gave out, Business Central's among them,
the client secrets, the states and the cookies. Searched are all tables, blobs and queues, every exchange, every
error and log line.
"""
from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from azure.core.exceptions import HttpResponseError
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from local.azurite import Azurite
from shared.errors import ConnectorError
from shared.shops.card import LoggingMode
from tests.house import House, a_house
from tests.integration.access.visit import Visit, access, finish, signed, visit

HOUR = 3600
LATE_CODE = 61


class Witness:
    """A house in which things happen; remembers every secret there was and every word that was said."""

    def __init__(self, house: House) -> None:
        own = {house.settings.shopify_client_secret, house.shopify.token, house.settings.bc_client_secret}
        self.house, self.secrets, self.said = house, own, ""
        self.bc_tokens: set[str] = set()
        house.product(8001, "1000")
        self.last = visit(house)
        house.card(logging_mode=LoggingMode.ALL)

    def do(self, action: str) -> None:
        """One thing happens; its error is what an operator would read."""
        try:
            ACTIONS[action](self)
        except ConnectorError as error:
            self.said += f"{error} {error.__cause__!r} {error.__context__!r}"
        self.said += json.dumps(access(self.house), default=str)
        grants = self.house.shopify.service.grants
        self.bc_tokens |= {*self.house.bc.tokens.issued}
        self.secrets |= {*grants.tokens, *grants.refreshes, *grants.codes, *self.bc_tokens}

    def ask(self) -> None:
        self.last = visit(self.house)
        codes = [value for name, value in self.last.parameters if name in ("code", "state", "hmac")]
        self.secrets |= {*codes, *self.last.cookies.values()}

    def connect(self) -> None:
        self.ask()
        finish(self.house, self.last)

    def forge(self) -> None:
        finish(self.house, Visit(signed(self.last.parameters, "wrong"), self.last.cookies))

    def another_store(self) -> None:
        self.house.connector.tokens.forget(self.house.shop)
        self.last = visit(self.house, shop="demo-de.myshopify.com")
        finish(self.house, self.last)

    def confirm(self) -> None:
        self.house.connector.access_requests.confirm(self.house.shop)

    def late(self) -> None:
        self.ask()
        self.house.clock.forward(LATE_CODE)
        finish(self.house, self.last)

    def hour(self) -> None:
        self.house.clock.forward(HOUR)

    def uninstall(self) -> None:
        self.house.shopify.uninstall()

    def revoke(self) -> None:
        self.house.connector.tokens.revoke(self.house.shop, self.house.shopify.shop)

    def migrate(self) -> None:
        token = self.house.shopify.service.grant("shpat_from_the_old_days", self.house.shopify.client_id)
        self.house.connector.tokens.keep(self.house.shop, token, own_app=True, host=self.house.shopify.shop)

    def paste(self) -> None:
        self.secrets.add("shpat_pasted_by_hand")
        self.house.connector.tokens.keep(self.house.shop, "shpat_pasted_by_hand")

    def lost(self) -> None:
        self.house.shopify.fault("token_lost")

    def broken(self) -> None:
        self.house.shopify.fault("token_5xx", 2)

    def wrong_secret(self) -> None:
        self.house.shopify.app.rotate("shpss_another_secret", self.house.clock.now())

    def bc_forgets(self) -> None:
        self.house.bc.tokens.expire_all()

    def bc_wrong_secret(self) -> None:
        self.house.bc.tokens.expire_all()
        self.house.bc.tokens.client_secret = "another-client-secret"

    def sync(self) -> None:
        # What is unchanged needs no Business Central, and so no token of its.
        self.house.change("products", 8001, title=f"Product {len(self.house.exchanges)}")
        run = self.house.sync("products")
        self.said += f"{run.error_code} {run.error_detail}"


ACTIONS: dict[str, Callable[[Witness], None]] = {
    name: getattr(Witness, name) for name in (
        "connect", "forge", "another_store", "confirm", "late", "hour", "uninstall", "revoke", "migrate", "paste",
        "lost", "broken", "wrong_secret", "bc_forgets", "bc_wrong_secret", "sync",
    )
}


def test_no_secret_is_found_anywhere(azurite: Azurite, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    began, secrets, bc_tokens = datetime.now(UTC) - timedelta(seconds=5), set[str](), set[str]()

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @example(actions=["sync", "bc_forgets"] * 3)  # by chance alone hardly any run may get as far as signing in
    @given(actions=st.lists(st.sampled_from(sorted(ACTIONS)), min_size=2, max_size=8))
    def anything_happens(actions: list[str]) -> None:
        with a_house(azurite.connection_string) as house:
            witness = Witness(house)
            for action in ("connect", *actions, "sync"):
                witness.do(action)
        secrets.update(witness.secrets)
        bc_tokens.update(witness.bc_tokens)
        exchanges = msgspec.json.encode(house.exchanges).decode()
        assert found(witness.secrets, [witness.said, exchanges, repr(house.settings.shopify_client_id)]) == []

    anything_happens()

    assert len(secrets) > 40
    assert len(bc_tokens) > 3
    ours = [line for line in caplog.text.splitlines() if "azure.core" not in line and "urllib3" not in line]
    assert found(secrets, ["\n".join(ours)]) == []
    assert found(secrets, stored(azurite.connection_string, began)) == []


def test_the_search_would_find_one(azurite: Azurite) -> None:
    """The proof of the test above: a secret that lies in a table, a blob or a queue is found."""
    began = datetime.now(UTC) - timedelta(seconds=5)
    with a_house(azurite.connection_string) as house:
        storage = house.connector.storage
        storage.tables["Mislaid"].put({"PartitionKey": "a", "RowKey": "b", "text": "see shpat_in_a_table"})
        storage.blobs.write("mislaid", "packed", gzip.compress(b"{'token': 'shpat_in_a_blob'}"), "application/json")
        storage.queues.send("mislaid", "shpat_in_a_queue")

    mislaid = {"shpat_in_a_table", "shpat_in_a_blob", "shpat_in_a_queue", "shpat_nowhere"}

    assert found(mislaid, stored(azurite.connection_string, began)) == sorted(mislaid - {"shpat_nowhere"})


def found(secrets: set[str], texts: list[str]) -> list[str]:
    """The secrets that stand in one of the texts."""
    return sorted(secret for secret in secrets if any(secret in text for text in texts))


def stored(connection: str, since: datetime) -> list[str]:
    """Everything in the storage account that was written since then."""
    return [*_rows(connection, since), *_blobs(connection, since), *_messages(connection)]


def _rows(connection: str, since: datetime) -> Iterator[str]:
    service = TableServiceClient.from_connection_string(connection)
    for table in service.list_tables():
        for row in service.get_table_client(table.name).query_entities("Timestamp ge @t", parameters={"t": since}):
            yield str(dict(row))


def _blobs(connection: str, since: datetime) -> Iterator[str]:
    service = BlobServiceClient.from_connection_string(connection)
    for container in service.list_containers():
        client = service.get_container_client(container.name)
        for blob in client.list_blobs():
            if blob.last_modified >= since:
                raw = client.download_blob(blob.name).readall()
                yield (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8", "replace")


def _messages(connection: str) -> Iterator[str]:
    from base64 import b64decode

    service = QueueServiceClient.from_connection_string(connection)
    for queue in service.list_queues():
        try:
            for message in service.get_queue_client(queue.name).peek_messages(32):
                yield b64decode(message.content).decode("utf-8", "replace")
        except HttpResponseError:
            continue
