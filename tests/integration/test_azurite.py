"""The storage emulator as the stack and the tests start it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local.azurite import Azurite, AzuriteFailed, Ports, start_azurite


def test_the_connection_string_opens_blobs_queues_and_tables(azurite: Azurite) -> None:
    for service in (BlobServiceClient, QueueServiceClient, TableServiceClient):
        client = service.from_connection_string(azurite.connection_string)

        assert client.get_service_properties()


def test_a_port_in_use_is_explained_in_one_sentence(azurite: Azurite) -> None:
    with pytest.raises(AzuriteFailed) as failure:
        start_azurite(ports=azurite.ports)

    assert str(failure.value) == (
        f"Azurite cannot use port {azurite.ports.blob} for its blobs: another program listens there."
    )


def test_an_azurite_that_ends_at_once_is_explained_by_what_it_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        ports = Ports(blob=taken.getsockname()[1], queue=0, table=0)

        with pytest.raises(AzuriteFailed) as failure:
            start_azurite(ports=ports)

    assert "EADDRINUSE" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_location_keeps_the_data_until_the_next_start(tmp_path: Path) -> None:
    with start_azurite(tmp_path) as first:
        BlobServiceClient.from_connection_string(first.connection_string).create_container("kept")

    with start_azurite(tmp_path) as second:
        containers = BlobServiceClient.from_connection_string(second.connection_string).list_containers()
        names = [each.name for each in containers]

    assert names == ["kept"]
