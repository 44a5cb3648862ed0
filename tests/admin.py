"""The admin API's functions, called in this process the way the Functions host calls them.

`admin_api(house, monkeypatch)` gives the app the settings of the house and yields a call:
`admin("get_shop")` answers (status, JSON). Only the clock is the machine's, as in Azure.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import azure.functions as func
import pytest

from function_app import app
from shared.connector import connector
from tests.house import House

Admin = Callable[..., tuple[int, Any]]


@contextmanager
def admin_api(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Admin]:
    """Call a function by name for the shop of the house; further keywords are parts of the path."""
    monkeypatch.setenv("AzureWebJobsStorage", house.settings.storage_connection)
    monkeypatch.setenv("TOKEN_KEY", house.settings.token_key)
    monkeypatch.setenv("BC_API_ROOT", house.settings.bc_api_root)

    def call(name: str, body: Any = None, query: dict[str, str] | None = None, **path: str) -> tuple[int, Any]:
        answer = _functions()[name](func.HttpRequest(
            method="ANY", url="/", params=query, route_params={"shop": house.shop, **path},
            body=b"" if body is None else json.dumps(body).encode(),
        ))
        return answer.status_code, json.loads(answer.get_body() or b"null")

    connector.cache_clear()
    try:
        yield call
    finally:
        connector.cache_clear()


@lru_cache(maxsize=1)
def _functions() -> dict[str, Callable[[func.HttpRequest], func.HttpResponse]]:
    """By name; an app lists its functions only once."""
    return {str(one.get_function_name()): one.get_user_function() for one in app.get_functions()}
