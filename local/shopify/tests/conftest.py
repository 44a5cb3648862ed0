"""A small simulated shop over HTTP, and a clock that tests move by hand."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from local.shopify.server import RunningShop, start_shopify

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


class ManualClock:
    """Stands still until told to move."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Shop:
    """A running shop and short ways to talk to it."""

    def __init__(self, running: RunningShop, clock: ManualClock) -> None:
        self.running, self.clock, self.state = running, clock, running.shop_state
        self.session = requests.Session()

    def post(self, query: str, /, *, token: str | None = None, version: str = "2026-10",
             operation: str | None = None, **variables: Any) -> requests.Response:
        return self.session.post(
            f"{self.running.url}/admin/api/{version}/graphql.json", timeout=10,
            json={"query": query, "variables": variables, "operationName": operation},
            headers={"X-Shopify-Access-Token": self.running.token if token is None else token})

    def ask(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        return self.post(query, **variables).json()

    def data(self, query: str, /, **variables: Any) -> Any:
        """The data of an answer that must have no errors."""
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def control(self, method: str, path: str, content: Any = None) -> Any:
        return self.session.request(method, f"{self.running.url}/_control/{path}", json=content, timeout=10).json()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def shop(clock: ManualClock) -> Iterator[Shop]:
    running = start_shopify(seed=7, customers=12, products=12, orders=30, clock=clock)
    yield Shop(running, clock)
    running.stop()
