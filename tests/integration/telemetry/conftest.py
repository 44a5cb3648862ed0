"""A house whose lines are recorded; on storage of its module, and alone in it, because reports tell of every shop."""
from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from local.azurite import Azurite
from tests.house import House, a_house
from tests.recorded import Recorded, recording


@pytest.fixture
def house(street_storage: Azurite) -> Iterator[House]:
    """A house with an environment of its own, whose HTTP switch tests may turn; earlier houses have moved out."""
    with a_house(street_storage.connection_string, environment=f"test-{uuid4().hex[:8]}") as everything:
        everything.connector.permission.allow(True, by="test")
        for card in list(everything.connector.shops.all()):
            if card.code != everything.shop:
                everything.connector.shops.remove(card.code)
        yield everything


@pytest.fixture
def recorded(house: House) -> Iterator[Recorded]:
    """What is logged from now on."""
    with recording(house.clock) as lines:
        yield lines
