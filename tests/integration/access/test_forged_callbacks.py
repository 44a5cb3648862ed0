"""Callbacks that Shopify never sent: thousands of them, and none ends in a token or in a 5xx.

CALLBACK_EXAMPLES sets how many are tried of each kind (10,000 before a release; fewer in the daily run).
"""
from __future__ import annotations

import os
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import azure.functions as func
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.root import connector
from tests.admin import trigger
from tests.house import House, HouseStorage, a_house
from tests.integration.access.visit import Parameters, access, finish, signed, visit

pytestmark = [pytest.mark.emulator, pytest.mark.slow("a setting says how many are tried")]

NAMES = ["code", "hmac", "host", "shop", "state", "timestamp", "error", "error_description", "ids[]"]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["demo-fr.myshopify.com", "demo-fr.myshopify.com.evil.tld", "YWRtaW4uc2hvcGlmeS5jb20", "0",
                     "é", "\x00", "%", "a" * 5000, "invalid_request", "' or 1 eq 1"]),
)
PARAMETERS = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=12)), TEXTS), max_size=40)
RAW = st.text(alphabet=string.printable.replace(" ", ""), max_size=300)
COOKIES = st.text(alphabet=st.characters(max_codepoint=0xFFFF), max_size=120)


def examples(number: int) -> settings:
    """So many examples on one house; none of them changes it."""
    return settings(max_examples=int(os.environ.get("CALLBACK_EXAMPLES", number)), deadline=None,
                    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def fresh(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house without access, and the app configured like it; the app's clock is the machine's."""
    given = house.settings
    house.clock.forward((datetime.now(UTC) - house.clock.now()).total_seconds())
    for name, value in {
        "AzureWebJobsStorage": given.storage_connection, "TOKEN_KEY": given.token_key,
        "BC_API_ROOT": given.bc_api_root, "SHOPIFY_BASE_URL": given.shopify_base_url,
        "SHOPIFY_CLIENT_ID": given.shopify_client_id, "SHOPIFY_CLIENT_SECRET": given.shopify_client_secret,
        "PUBLIC_URL": given.public_url,
    }.items():
        monkeypatch.setenv(name, value)
    connector.cache_clear()
    house.connector.tokens.forget(house.shop)
    yield house
    connector.cache_clear()


def come(query: str, cookie: str = "", accept: str = "*/*") -> func.HttpResponse:
    """Call the function as the host would."""
    url, headers = f"https://x/api/oauth/callback?{query}", {"Accept": accept, "Cookie": cookie}
    return trigger("oauth_callback")(func.HttpRequest(method="GET", url=url, headers=headers, body=b""))


@examples(1500)
@given(parameters=PARAMETERS, cookie=COOKIES, accept=st.sampled_from(["*/*", "text/html"]))
def test_random_parameters_are_refused(fresh: House, parameters: Parameters, cookie: str, accept: str) -> None:
    query = urlencode(parameters, errors="surrogatepass")

    assert 400 <= come(query, cookie, accept).status_code < 500


@examples(1500)
@given(query=RAW)
def test_random_addresses_are_refused(fresh: House, query: str) -> None:
    assert 400 <= come(query).status_code < 500


@examples(300)
@given(parameters=PARAMETERS, cookie=COOKIES)
def test_a_signature_without_a_request_of_ours_is_not_enough(fresh: House, parameters: Parameters, cookie: str) -> None:
    """As if somebody had got hold of one valid signature: the state and the cookie are still missing."""
    admin = "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUveA"  # admin.shopify.com/store/x
    unique = dict(parameters) | {"shop": "demo-fr.myshopify.com", "code": "1", "host": admin}
    unique.pop("error", None)
    sent = signed(list(unique.items()), fresh.settings.shopify_client_secret)

    answer = come("&".join(f"{quote(n)}={quote(v)}" for n, v in sent), cookie)

    assert 400 <= answer.status_code < 500
    assert fresh.shopify.service.grants.calls == []


def test_every_changed_part_of_a_true_callback_is_refused_and_the_true_one_still_works(fresh: House) -> None:
    came = visit(fresh)
    cookie = "; ".join(f"{name}={value}" for name, value in came.cookies.items())
    forged: list[Parameters] = []
    for at, (name, value) in enumerate(came.parameters):
        without = [pair for position, pair in enumerate(came.parameters) if position != at]
        forged += [without, [*without, (name, value + "x")], [*without, (name, "")], [*came.parameters, (name, value)]]
    forged.append([*came.parameters, ("extra", "1")])

    answers = [come(urlencode(one), cookie) for one in forged]

    assert all(b"oauth-hmac-invalid" in answer.get_body() for answer in answers)
    assert fresh.shopify.service.grants.calls == []
    assert access(fresh)["state"] == "none"
    assert come(urlencode(came.parameters), cookie).status_code == 200


def test_the_order_of_the_parameters_does_not_matter(fresh: House) -> None:
    came = visit(fresh)

    assert finish(fresh, came._replace(parameters=came.parameters[::-1])).shop == fresh.shop


@pytest.mark.parametrize("seal", [
    "", ".", "x", "{browser}", "{browser}.", "{browser}.0", ".{seal}", "{seal}.{browser}",
])
def test_a_cookie_that_was_tampered_with_is_refused(fresh: House, seal: str) -> None:
    came = visit(fresh)
    ((name, value),) = came.cookies.items()
    browser, _, sealed = value.partition(".")
    tampered = seal.format(browser=browser, seal=sealed)

    answer = come(urlencode(came.parameters), f"{name}={tampered}")

    assert answer.status_code == 400
    assert b"oauth-state-mismatch" in answer.get_body()
    assert fresh.shopify.service.grants.calls == []
    assert come(urlencode(came.parameters), f"other=1; {name}={value}").status_code == 200


def test_the_cookie_of_one_request_does_not_open_another(fresh: House) -> None:
    mine, other = visit(fresh), visit(fresh)
    ((name, _),) = mine.cookies.items()
    ((_, value),) = other.cookies.items()

    assert come(urlencode(mine.parameters), f"{name}={value}").status_code == 400
    assert fresh.shopify.service.grants.calls == []


def test_a_request_older_than_ten_minutes_is_refused(house_storage: HouseStorage) -> None:
    with a_house(house_storage) as house:
        came = visit(house)
        house.clock.forward(600)

        with pytest.raises(Exception, match="older than ten minutes"):
            finish(house, came)


def test_the_table_of_requests_holds_no_state_and_does_not_grow(house_storage: HouseStorage) -> None:
    with a_house(house_storage) as house:
        begun = house.connector.access_requests.begin(house.shop, by="test")
        table = house.connector.storage.tables["AccessRequests"]
        assert begun.ticket.state not in str(list(table.partition("state")))
        before = len(list(table.partition("state")))
        house.clock.forward(601)

        house.connector.access_requests.begin(house.shop, by="test")

        assert len(list(table.partition("state"))) <= before

