"""What every test may ask for: one storage emulator for the whole run, and a house of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from local.azurite import Azurite, start_azurite
from tests.house import House, a_house
from tests.memory import storage_in_memory

# On a busy machine an example may take any time: no test is about seconds.
settings.register_profile("whatever it takes", deadline=None)
settings.load_profile("whatever it takes")


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """Azurite in memory, on free ports; `.connection_string` is what the SDKs want."""
    with start_azurite() as running:
        yield running


@pytest.fixture(scope="module")
def street_storage() -> Iterator[Azurite]:
    """An emulator of its own for a running host: on a shared one it would work off the queues of every house."""
    with start_azurite() as running:
        yield running


@pytest.fixture
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """An empty Shopify shop, the seeded company and a connector between them, on a clock moved by hand.

    Its storage is in memory, held to the emulator by tests/integration/storage; with the marker `emulator`, and in
    every test when the environment says HOUSES=emulator, it is the emulator.
    """
    on_emulator = request.node.get_closest_marker("emulator") or os.environ.get("HOUSES") == "emulator"
    storage = request.getfixturevalue("azurite").connection_string if on_emulator else storage_in_memory()
    with a_house(storage) as everything:
        yield everything
