"""A running simulator and a small client that speaks to it over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from local.business_central.server import BusinessCentral, start_business_central

Json = dict[str, Any]


class ManualClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Api:
    """Requests to one company; answers are (status, body)."""

    bc: BusinessCentral
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.http.headers["Authorization"] = f"Bearer {self.bc.token}"

    def url(self, path: str) -> str:
        if path.startswith("http"):
            return path
        if path.startswith("/"):
            return self.bc.api_root + path
        return f"{self.bc.api_root}/companies({self.bc.company})/{path}"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, self.url(path), json=body, headers=named, timeout=20)

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        answer = self.send("GET", path, **headers)
        return answer.status_code, answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = self.send("POST", path, body, **headers)
        return answer.status_code, answer.json() if answer.content else None

    def patch(self, path: str, body: Any, if_match: str = "*") -> tuple[int, Any]:
        answer = self.send("PATCH", path, body, If_Match=if_match)
        return answer.status_code, answer.json()

    def delete(self, path: str) -> int:
        return self.send("DELETE", path).status_code

    # --- asking for things in the words of a test

    def made(self, path: str, body: Any) -> Json:
        status, answer = self.post(path, body)
        assert status == 201, answer
        return dict(answer)

    def only(self, path: str, where: str) -> Json:
        """The one row that matches."""
        _, answer = self.get(f"{path}?$filter={where}")
        assert len(answer["value"]) == 1, answer
        return dict(answer["value"][0])

    def item(self, number: str) -> str:
        return str(self.only("items", f"number eq '{number}'")["id"])

    def account(self, number: str) -> str:
        return str(self.only("accounts", f"number eq '{number}'")["id"])

    def order(self, *lines: Json, **header: Any) -> Json:
        """A stored order of C00010 with its lines."""
        body = {"customerNumber": "C00010", **header, "salesOrderLines": list(lines)}
        order = self.made("salesOrders", body)
        return self.read_order(order["id"])

    def read_order(self, order_id: str) -> Json:
        return dict(self.get(f"salesOrders({order_id})?$expand=salesOrderLines")[1])

    def refusal(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
        """Status, code and message without the correlation id."""
        answer = self.send(method, path, body, **headers)
        error = answer.json()["error"]
        text, mark, _ = error["message"].partition("  CorrelationId:  ")
        assert mark, "every error carries a correlation id"
        return answer.status_code, error["code"], text


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def bc(clock: ManualClock) -> Iterator[BusinessCentral]:
    with start_business_central(clock) as simulator:
        yield simulator


@pytest.fixture
def api(bc: BusinessCentral) -> Api:
    return Api(bc)
