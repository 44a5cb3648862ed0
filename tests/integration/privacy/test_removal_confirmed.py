"""Shop erasures against everything that Shopify may answer: only "the app is gone" erases, or an operator's word."""
from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from local.azurite import Azurite
from shared.access.grant import Grant
from shared.clock import iso
from shared.errors import ConnectorError
from shared.stores.privacy_receipts import Receipt
from shared.texts import as_said
from shared.webhooks.command_handlers import carry_out, confirm_erasure
from shared.webhooks.commands import Command
from tests.house import House, a_house
from tests.integration.access.visit import connect
from tests.webhooks import queued

HOUR, DAY = 3600, 24 * 3600


@pytest.fixture
def house(azurite: Azurite) -> Iterator[House]:
    """A shop of which something is kept, connected by the app, four days ago; its access token is over by now."""
    with a_house(azurite.connection_string) as house:
        connect(house)
        house.customer(7001)
        house.sync()
        house.clock.forward(4 * DAY)
        yield house


def redact(house: House, *, asked_since: str = "") -> Receipt:
    """A delivery of shop/redact, perhaps a recorded one; its receipt."""
    carry_out(house.connector, Command(
        shop=house.shop, topic="shop/redact", at=iso(house.clock.now()), id="n-1", asked_since=asked_since))
    receipt = house.connector.receipts.find(house.shop, "shop/redact", "n-1")
    assert receipt is not None
    return receipt


def confirmed(house: House) -> Receipt:
    """An operator confirms the request, and the queue brings his word."""
    confirm_erasure(house.connector, house.shop, "n-1", by="ada@example.com")
    for command in queued(house):
        carry_out(house.connector, command)
    receipt = house.connector.receipts.find(house.shop, "shop/redact", "n-1")
    assert receipt is not None
    return receipt


def is_kept(house: House) -> bool:
    return house.link("customers", 7001).bc_number != "" and house.connector.shops.get(house.shop).enabled


def refresh_token_revoked(house: House) -> None:
    house.shopify.service.grants.expire_refresh_tokens(house.shopify.app)


def refresh_token_over(house: House) -> None:
    house.clock.forward(91 * DAY)


def noticed_by_a_run_before(house: House) -> None:
    refresh_token_revoked(house)
    assert house.sync().error_code == "reconnect-required"


def card_made_anew(house: House) -> None:
    card = house.connector.shops.get(house.shop)
    house.connector.shops.remove(house.shop)
    house.connector.tokens.forget(house.shop)
    house.connector.shops.save(house.shop, {"shopify_url": card.shopify_url, "company_id": card.company_id,
                                            "enabled": True})


def secret_revoked(house: House) -> None:
    house.shopify.app.rotate("shpss_that_the_settings_do_not_hold", house.clock.now())
    house.shopify.app.revoke_old_secret()


def secret_revoked_and_noticed(house: House) -> None:
    secret_revoked(house)
    assert house.sync().error_code == "shop-disconnected"


def endless_token_ended(house: House) -> None:
    """As on 1 January 2027."""
    house.connector.tokens.store(house.shop, Grant(
        access_token="shpat_endless_of_a_public_app", since=house.clock.now(), own_app=True, host=house.shopify.shop))
    house.clock.forward(4 * DAY)


def custom_app_installed_anew(house: House) -> None:
    """The way to a new token of a custom app; the one that is kept is refused from then on."""
    house.connector.tokens.store(house.shop, Grant(access_token="shpat_of_a_custom_app", since=house.clock.now()))
    house.clock.forward(4 * DAY)


def token_endpoint_down(house: House) -> None:
    house.shopify.fault("token_5xx", times=20)


STILL_INSTALLED: list[Callable[[House], None]] = [
    refresh_token_revoked, refresh_token_over, noticed_by_a_run_before, card_made_anew, secret_revoked,
    secret_revoked_and_noticed, endless_token_ended, custom_app_installed_anew, token_endpoint_down,
]


@pytest.mark.parametrize("access_ends", STILL_INSTALLED)
def test_an_access_that_ended_while_the_app_stays_installed_erases_nothing_and_an_operator_is_told(
    house: House, access_ends: Callable[[House], None]
) -> None:
    access_ends(house)

    for _ in range(2):
        receipt = redact(house)
        house.clock.forward(HOUR)

    assert is_kept(house)
    assert receipt.state == "waiting"
    assert str(receipt.note).startswith("erasure-unconfirmed: ")


@pytest.mark.parametrize("access_ends", [lambda house: None, refresh_token_over, noticed_by_a_run_before])
def test_a_removal_is_told_by_the_token_endpoint_whatever_became_of_the_tokens(
    house: House, access_ends: Callable[[House], None]
) -> None:
    access_ends(house)
    house.shopify.uninstall()
    house.clock.forward(2 * DAY)

    assert redact(house).state == "done"
    assert not is_kept(house)


def test_a_removal_that_a_run_noticed_is_still_a_removal_two_days_later(house: House) -> None:
    house.shopify.uninstall()
    assert house.sync().error_code == "shop-disconnected"
    house.clock.forward(2 * DAY)

    assert redact(house).state == "done"


def test_an_app_that_was_installed_again_is_not_erased_though_the_removal_was_noticed(house: House) -> None:
    house.shopify.uninstall()
    house.sync()
    house.clock.forward(DAY)
    connect(house)
    house.clock.forward(DAY)

    receipt = redact(house)

    assert is_kept(house)
    assert receipt.state != "waiting"


def test_access_that_an_operator_gave_back_is_a_removal(house: House) -> None:
    house.connector.tokens.revoke(house.shop, house.shopify.shop)
    house.clock.forward(2 * DAY)

    assert redact(house).state == "done"


def test_giving_back_a_token_that_was_dead_already_is_no_removal(house: House) -> None:
    refresh_token_revoked(house)
    house.connector.tokens.revoke(house.shop, house.shopify.shop)

    assert redact(house).state == "waiting"
    assert is_kept(house)


def test_a_request_that_comes_again_after_the_erasure_is_done_at_once(house: House) -> None:
    house.shopify.uninstall()
    assert redact(house).state == "done"

    assert redact(house).state == "done"


def test_a_refresh_token_that_works_all_the_same_brings_the_shop_back(house: House) -> None:
    """Noted as dead by a mistake of a moment: the question heals it, and the answer is kept."""
    house.connector.tokens.connections.broken(
        house.shop, ConnectorError("reconnect-required", as_said("a mistake")), house.clock.now())

    redact(house)

    assert is_kept(house)
    assert house.connector.tokens.described(house.shop)["state"] == "connected"
    assert house.sync().state == "succeeded"


def test_an_operators_word_erases_what_waits_and_his_name_is_on_the_receipt(house: House) -> None:
    refresh_token_over(house)
    redact(house)

    receipt = confirmed(house)

    assert (receipt.state, str(receipt.note)) == ("done", "confirmed by ada@example.com")
    assert not is_kept(house)


def test_the_request_that_waited_does_not_wait_on_after_the_operators_word(house: House) -> None:
    refresh_token_over(house)
    redact(house)
    confirmed(house)

    assert redact(house, asked_since=iso(house.clock.now())).state == "done"


def test_an_operators_word_does_not_count_against_shopifys(house: House) -> None:
    refresh_token_revoked(house)
    redact(house)
    connect(house)
    house.clock.forward(4 * DAY)

    receipt = confirmed(house)

    assert receipt.state == "refused" or "granted again" in str(receipt.note)
    assert is_kept(house)


def test_only_what_waits_can_be_confirmed(house: House) -> None:
    with pytest.raises(ConnectorError, match="not-found"):
        confirm_erasure(house.connector, house.shop, "n-1", by="ada")
    with pytest.raises(ConnectorError, match="not-found"):
        confirm_erasure(house.connector, "x' or '1' eq '1", "#/?", by="ada")
    assert redact(house).state == "refused"

    with pytest.raises(ConnectorError, match="input-invalid"):
        confirm_erasure(house.connector, house.shop, "n-1", by="ada")
    assert queued(house) == []
