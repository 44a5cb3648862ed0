"""What every test may ask for: one storage emulator for the whole run, and a house of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from local.azurite import Azurite, start_azurite
from tests.frames import ask_for_frames_without_collecting
from tests.house import House, HouseStorage, a_house
from tests.memory import storage_in_memory
from tests.seeds import ANEW

if TYPE_CHECKING:
    from tests.admin import Admin

# On a busy machine an example may take any time: no test is about seconds.
settings.register_profile("whatever it takes", deadline=None, derandomize=not ANEW)
settings.load_profile("whatever it takes")
ask_for_frames_without_collecting()


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """Azurite in memory, on free ports; `.connection_string` is what the SDKs want."""
    with start_azurite() as running:
        yield running


@pytest.fixture(scope="module")
def street_storage() -> Iterator[Azurite]:
    """An emulator of its own: for a running host, which on a shared one would work off the queues of every house, and
    for whoever counts what is asked about all shops, which would be those of every test before."""
    with start_azurite() as running:
        yield running


@pytest.fixture
def house_storage(request: pytest.FixtureRequest) -> HouseStorage:
    """What `a_house` is built on: storage in memory, which tests/integration/storage holds to the emulator.

    With the marker `emulator`, and in every test when the environment says HOUSES=emulator, it is the emulator.
    """
    if request.node.get_closest_marker("emulator") or os.environ.get("HOUSES") == "emulator":
        return str(request.getfixturevalue("azurite").connection_string)
    return storage_in_memory()


@pytest.fixture
def house(house_storage: HouseStorage) -> Iterator[House]:
    """An empty Shopify shop, the seeded company and a connector between them, on a clock moved by hand."""
    with a_house(house_storage) as everything:
        yield everything


@pytest.fixture
def admin(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Admin]:
    """Calls the functions of the app by name, with the settings of the house; the app is imported by whoever asks."""
    from tests.admin import admin_api

    with admin_api(house, monkeypatch) as call:
        yield call
