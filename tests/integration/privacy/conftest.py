"""A house that webhooks may reach."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import House, HouseStorage
from tests.webhooks import a_house_with_secrets


@pytest.fixture
def house(house_storage: HouseStorage) -> Iterator[House]:
    """An empty Shopify shop, the seeded company and a connector with a client secret."""
    with a_house_with_secrets(house_storage) as everything:
        yield everything
