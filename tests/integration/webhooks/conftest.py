"""A house whose app has a client secret, the present one and the one before."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import House, HouseStorage, a_house
from tests.webhooks import OLD_SECRET, SECRET


@pytest.fixture
def house(house_storage: HouseStorage) -> Iterator[House]:
    """An empty Shopify shop, the seeded company and a connector that webhooks may reach."""
    secrets = {"shopify_client_secret": SECRET, "shopify_previous_client_secret": OLD_SECRET}
    with a_house(house_storage, **secrets) as everything:
        # A store of its own: the houses of other tests share the emulator, and with it the store demo-fr.
        everything.card(shopify_url=f"{everything.shop.lower()}.myshopify.com")
        yield everything
