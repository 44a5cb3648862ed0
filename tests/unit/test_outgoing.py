"""Connections: an operator's proxies and certificates are honoured, and looked up once for each host."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from shared import outgoing
from shared.outgoing import Session

SHOPIFY = "https://demo-fr.myshopify.com/admin/api/graphql.json"


@pytest.fixture(autouse=True)
def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    assert sent_with(Session(), SHOPIFY)["proxies"] == {"https": "http://proxy.example:3128"}


def test_a_host_that_is_to_be_reached_directly_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", ".core.windows.net")
    session = Session()

    assert sent_with(session, "https://demo.table.core.windows.net/Links")["proxies"] == {}
    assert sent_with(session, SHOPIFY)["proxies"]["https"] == "http://proxy.example:3128"


def test_what_the_environment_says_is_what_requests_itself_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ssl/company.pem")

    assert sent_with(Session(), SHOPIFY) == sent_with(requests.Session(), SHOPIFY)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_of_the_environment_are_used_though_the_sdk_says_to_verify(
    monkeypatch: pytest.MonkeyPatch, name: str,
) -> None:
    monkeypatch.setenv(name, "/etc/ssl/company.pem")

    assert sent_with(Session(), SHOPIFY, verify=True)["verify"] == "/etc/ssl/company.pem"


def test_who_does_not_want_certificates_looked_at_is_obeyed() -> None:
    assert sent_with(Session(), SHOPIFY, verify=False)["verify"] is False


def test_the_environment_is_asked_once_for_each_host(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def looked_up(url: str) -> dict[str, str]:
        asked.append(url)
        return {}

    monkeypatch.setattr(outgoing, "get_environ_proxies", looked_up)
    session = Session()

    for address in (SHOPIFY, SHOPIFY + "?again", "https://other.example/", SHOPIFY):
        sent_with(session, address)

    assert asked == [SHOPIFY, "https://other.example/"]


def test_a_netrc_never_replaces_the_callers_authorization(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine demo-fr.myshopify.com login somebody password else")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    prepared = Session().prepare_request(requests.Request("GET", SHOPIFY, headers={"Authorization": "Bearer ours"}))

    assert prepared.headers["Authorization"] == "Bearer ours"


def sent_with(session: requests.Session, address: str, verify: bool | None = None) -> dict[str, Any]:
    """How the session would send a request to this address."""
    return dict(session.merge_environment_settings(address, {}, None, verify, None))
