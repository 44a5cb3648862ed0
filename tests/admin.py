"""The admin API's functions, called in this process the way the Functions host calls them.

`admin_api(house, monkeypatch)` gives the app the settings of the house and yields a caller:
`admin("get_shop")` answers (status, JSON), `admin.raw("get_shop")` the whole answer. Only the clock is the
machine's, as in Azure.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import azure.functions as func
import pytest
import requests

from function_app import app
from shared.root import connector
from tests.house import House


class Admin:
    """Calls functions by name for one shop; further keywords are parts of the path."""

    def __init__(self, shop: str) -> None:
        self._shop = shop

    def __call__(
        self, name: str, body: Any = None, query: dict[str, str] | None = None, **path: str
    ) -> tuple[int, Any]:
        """(status, JSON)."""
        answer = self.raw(name, body, query, **path)
        return answer.status_code, json.loads(answer.get_body() or b"null")

    def raw(
        self, name: str, body: Any = None, query: dict[str, str] | None = None, *, language: str = "",
        headers: dict[str, str] | None = None, **path: str
    ) -> func.HttpResponse:
        """The answer as it is."""
        return _functions()[name](func.HttpRequest(
            method="ANY", url="/", headers={"Accept-Language": language, **(headers or {})}, params=query,
            route_params={"shop": self._shop, **path}, body=_bytes(body),
        ))


def _bytes(body: Any) -> bytes:
    """Bytes go as they are, "no body" as none, everything else as JSON."""
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()


@contextmanager
def admin_api(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Admin]:
    """The admin API with the settings of the house."""
    monkeypatch.setenv("AzureWebJobsStorage", house.settings.storage_connection)
    monkeypatch.setattr("shared.root._storage", lambda *_: house.storage)
    for name in ("TOKEN_KEY", "SHOPIFY_BASE_URL", "BC_API_ROOT", "BC_TOKEN_URL", "BC_CLIENT_ID", "BC_CLIENT_SECRET"):
        monkeypatch.setenv(name, getattr(house.settings, name.lower()))
    connector.cache_clear()
    try:
        yield Admin(house.shop)
    finally:
        connector.cache_clear()


def trigger(name: str) -> Callable[[func.HttpRequest], func.HttpResponse]:
    """The HTTP function of this name, as the host finds it."""
    return _functions()[name]


@lru_cache(maxsize=1)
def app_functions() -> list[Any]:
    """The app's functions; an app lists them only once a process."""
    return list(app.get_functions())


@lru_cache(maxsize=1)
def _functions() -> dict[str, Callable[[func.HttpRequest], func.HttpResponse]]:
    """By name."""
    return {str(one.get_function_name()): one.get_user_function() for one in app_functions()}


def assert_problem(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    """Every refusal has the same shape, whichever endpoint it comes from."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    body: dict[str, Any] = answer.json()
    assert body["type"] == code
    assert body["status"] == status
    assert body["title"]
    assert body["fix"]
    assert body["detail"]
    return body
