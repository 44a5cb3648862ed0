"""Whatever is sent to the API: an answer, or a refusal with its reason; never a failure of ours.

ODD_INPUTS=10000 tries as many; without it a few hundred, to keep the run short.
"""
from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.admin import Admin, admin_api
from tests.house import House, a_house
from tests.memory import storage_in_memory

pytestmark = pytest.mark.slow("a setting says how many are tried")
INPUTS = int(os.environ.get("ODD_INPUTS", "250"))

ANONYMOUS = {"shopify_webhook", "oauth_callback", "health"}
"""They have odd inputs of their own: tests/integration/webhooks, tests/integration/access; and so have
the portal's pages: tests/portal."""

WOULD_CLOSE_THE_HOUSE = {"remove_shop", "revoke_access", "request_access", "go_to_shopify", "confirm_access",
                         "remove_log_entries", "set_environment", "set_access_token",
                         "renew_webhook_subscriptions"}
"""They are asked of a shop that is not there, or with a part of the query that they do not know. The last one has no
public address here to subscribe for: a setting is missing, which is nobody's input."""

DECLARED: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[2] / "data" / "functions.json").read_text()
)
ENDPOINTS = sorted(
    {name for name, bindings in DECLARED.items() if any(each["type"] == "httpTrigger" for each in bindings)}
    - ANONYMOUS - {name for name in DECLARED if name.startswith("portal_")}
)
KNOWN = ["orders", "customers", "products", "5001", "#5001", "CAPTURE", "true", "false", "2026-03-10T10:00:00Z", "FR"]
ODD = [
    "", " ", "..", "../../x", "a/b", "a\\b", "a#b?c", "%00", "\x00", "é" * 300, "x" * 5000, "0", "-1", "1e9",
    "9" * 20, "9" * 40, "٣", "null", "'", "' or 1 eq 1", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-13-01T00:00:00Z", "2026-03-10", "20260310100100-1f2e3d4c5b6a-0", "20269910100100-1f2e3d4c5b6a-9999",
    "orders:20260310100100-1f2e3d4c5b6a-0", "orders:", ":", "LineItem/1", "/", "\ud7ff\uffff",
]
texts = st.sampled_from(KNOWN) | st.sampled_from(ODD) | st.text(max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=5,
)
queries = st.dictionaries(
    st.sampled_from(["type", "record", "from", "to", "continuation", "part", "with", "code", "dismissed", "other",
                     "shop", "status", "has_error", "direction", "text", "run", "older_than_days", "confirm"]),
    texts, max_size=3,
)
fields = st.dictionaries(
    st.sampled_from(["dry_run", "note", "type", "code", "countries", "last_sync_time", "types", "access_token",
                     "company_id", "shopify_url", "rounding_tolerance", "logging_mode_until", "shipping_charges"]),
    values, max_size=2,
)
deep = st.builds(
    lambda opening, closing, depth: (opening * depth + b"1" + closing * depth),
    st.sampled_from([b"[", b'{"a":', b'{"note":[']), st.sampled_from([b"]", b"}", b""]),
    st.integers(900, 1000) | st.just(100_000),
)
bodies = values | fields | deep | st.binary(max_size=100)


@pytest.fixture(scope="module")
def odd_house() -> Iterator[House]:
    """A house where something is captured, applied and parked."""
    with a_house(storage_in_memory()) as house:
        house.customer(7101)
        house.order(5001)
        house.order(5002, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
        house.sync()
        yield house


@pytest.fixture(scope="module")
def admin(odd_house: House) -> Iterator[Admin]:
    with pytest.MonkeyPatch.context() as patch, admin_api(odd_house, patch) as call:
        yield call


@pytest.fixture(scope="module")
def capture(admin: Admin) -> str:
    id: str = admin("list_data_captures", query={"record": "5002"})[1]["captures"][0]["id"]
    return id


@pytest.mark.timeout(max(300, INPUTS))
@settings(max_examples=INPUTS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(ENDPOINTS), texts, texts, queries, bodies)
def test_an_odd_input_is_answered_or_refused_with_a_reason(
    admin: Admin, capture: str, name: str, type: str, id: str, query: dict[str, str], body: Any,
) -> None:
    def there(text: str) -> str:
        return capture if text == "CAPTURE" else text

    asked = {key: there(value) for key, value in query.items()}

    shop = {}
    if name in WOULD_CLOSE_THE_HOUSE:
        asked, shop = asked | {"no such part": "1"}, {"shop": id}
    elif name == "save_shop":
        shop = {"shop": f"{id}-"}

    answer = admin.raw(name, body, asked, type=type, id=there(id), order=there(id), **shop)

    assert 200 <= answer.status_code < 500, answer.get_body()
    if answer.status_code >= 400:
        problem = json.loads(answer.get_body())
        assert problem["type"]
        assert problem["detail"]
        assert problem["fix"]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "1000-01-01T00:00:00+00:00", "2003-12-31T23:59:59Z"])
def test_a_reset_to_a_time_before_shopify_is_one_to_2004(odd_house: House, admin: Admin, time: str) -> None:
    status, info = admin("set_synchronization_info", {"last_sync_time": time}, type="customers")

    assert (status, info["last_sync_time"]) == (200, "2004-01-01T00:00:00Z")
    assert odd_house.sync("customers").state == "succeeded"


@pytest.mark.parametrize("name, query, path", [
    ("list_data_captures", {"record": "\ud800"}, {}), ("list_skipped_records", {"left_out": "\ud800"}, {}),
    ("list_shops", {"\udfff": "1"}, {}), ("retry_skipped_record", {}, {"type": "\ud800", "id": "1"}),
    ("get_shop", {}, {"shop": "FR\ud800"}),
])
def test_half_a_character_in_an_address_is_refused(
    admin: Admin, name: str, query: dict[str, str], path: dict[str, str]
) -> None:
    status, problem = admin(name, None, query, **path)

    assert (status, problem["type"]) == (400, "input-invalid")
