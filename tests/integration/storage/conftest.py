"""The emulator and the storage in memory, in turn: what holds of one has to hold of the other."""
from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from shared.storage.account import Storage, storage_from_connection_string
from tests.memory import storage_in_memory


@pytest.fixture(params=["emulator", "memory"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """An account; in the emulator others may have things in it."""
    if request.param == "memory":
        return storage_in_memory()
    return storage_from_connection_string(request.getfixturevalue("azurite").connection_string)


@pytest.fixture
def a_name() -> Callable[[str], str]:
    """Names for tables and containers that no other test uses."""
    return lambda prefix: prefix + uuid4().hex[:20]
