"""An app that meets the storage of a newer version: nothing but the intake of webhooks does anything."""
from __future__ import annotations

import json
from collections.abc import Iterator

import azure.functions as func
import pytest

from local.functions_host.http_front import principal_headers
from shared.errors import ConnectorError
from tests.admin import Admin, admin_api, trigger
from tests.house import House
from tests.repository import declared_functions
from tests.webhooks import SECRET, headers_of, store_of

WITHOUT_STORAGE = {"shopify_webhook", "portal_static", "portal_language", "portal_signed_out"}
"""The intake, and what a page looks like: error pages too."""

NEWER = {"PartitionKey": "storage", "RowKey": "layout", "layout": 99}


@pytest.fixture
def admin(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Admin]:
    """The app in a new process, over storage that a newer version has used."""
    house.storage.tables["Environment"].put(NEWER)
    monkeypatch.setenv("SHOPIFY_CLIENT_SECRET", SECRET)
    with admin_api(house, monkeypatch) as admin:
        yield admin


def functions(*, http: bool) -> list[str]:
    """By whether HTTP starts them; those that hear of what failed too often are for the log."""
    return sorted(name for name, bindings in declared_functions().items() if not name.endswith("_poison")
                  and http == any(one["type"] == "httpTrigger" for one in bindings))


@pytest.mark.parametrize("name", [name for name in functions(http=True) if name not in WITHOUT_STORAGE])
def test_every_call_says_in_one_sentence_what_to_deploy(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "True")  # a page says it to who has signed in, and to nobody else

    answer = admin.raw(name, headers=principal_headers("ada@example.com:Operator"))

    assert answer.status_code == 503
    told = answer.get_body().decode()
    assert "storage-layout" in told
    assert ("the storage is of layout 99, this version of the connector reads 0 to 1: deploy the version that wrote "
            "it, or a newer one") in told


@pytest.mark.parametrize("name", functions(http=False))
def test_no_timer_and_no_message_begins_anything(admin: Admin, name: str) -> None:
    with pytest.raises(ConnectorError, match="storage-layout"):
        trigger(name)(None)  # type: ignore[arg-type]


def test_a_webhook_is_taken_in_and_asks_storage_for_no_layout(
    admin: Admin, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    table = house.storage.tables["Environment"]
    monkeypatch.setattr(table, "get", lambda partition, key: asked.append(partition))
    body = json.dumps({"admin_graphql_api_id": "gid://shopify/Order/5001", "id": 5001}).encode()
    headers = headers_of("orders/create", body, shop=store_of(house))

    answer = trigger("shopify_webhook")(func.HttpRequest(method="POST", url="/", headers=headers, body=body))

    assert answer.status_code == 200
    assert [one.id for one in house.connector.changed.of(house.shop, "orders")] == ["5001"]
    assert asked == []


def test_every_call_of_a_process_but_the_first_asks_for_no_layout(
    admin: Admin, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = house.storage.tables["Environment"]
    table.delete("storage", "layout")
    assert admin("list_shops")[0] == 200
    asked: list[str] = []
    monkeypatch.setattr(table, "get", lambda partition, key: asked.append(partition))

    assert [admin(name)[0] for name in ("list_shops", "list_runs", "health")] == [200] * 3

    assert asked == []
