"""Business Central on a server of one's own: another form of address, and a user with a web service access key."""
from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.root import build_connector
from tests.house import House


def on_premises(house: House, **changes: Any) -> House:
    """The same house, its Business Central reached as a server without Entra is."""
    settings = msgspec.structs.replace(
        house.settings, bc_api_root=house.bc.on_premises_root, bc_token_url="", bc_client_id="", bc_client_secret="",
        bc_user=house.bc.tokens.user, bc_web_service_key=house.bc.tokens.web_service_key, **changes,
    )
    house.connector = build_connector(
        settings, clock=house.clock, storage=house.connector.storage, observe=house.exchanges.append
    )
    return house


def test_an_order_arrives_on_a_server_without_entra(house: House) -> None:
    on_premises(house)
    house.order(5001)

    run = house.sync()

    assert run.state == "succeeded"
    assert house.total(5001) == 240
    assert all("/BC/api/v2.0/" in one.url for one in house.exchanges if one.direction == "Business Central")


def test_a_tariff_number_is_kept_there_too(house: House) -> None:
    on_premises(house)
    house.card(item_card_service="ItemCard", auto_create_unknown_items=True)
    house.product(8200000001, "NEW-1", variant={"hs_code": "8471.30"})

    house.sync("products")

    assert house.bc.control.row("items", "NEW-1")["tariffNo"] == "847130"


@pytest.mark.parametrize("wrong", ["the key", "the place"])
def test_a_wrong_key_or_business_central_online_refuses_it_without_showing_it(house: House, wrong: str) -> None:
    changes = {"bc_web_service_key": "wr0ng-key"} if wrong == "the key" else {"bc_api_root": house.bc.api_root}
    settings = msgspec.structs.replace(on_premises(house).connector.settings, **changes)
    house.connector = build_connector(
        settings, clock=house.clock, storage=house.connector.storage, observe=house.exchanges.append
    )
    house.order(5001)

    run = house.sync("orders")

    assert (run.state, run.error_code) == ("failed", "bc-unauthorized")
    seen = msgspec.json.encode(house.exchanges).decode() + str(run.error_detail)
    assert settings.bc_web_service_key not in seen
    assert "Basic " not in seen
