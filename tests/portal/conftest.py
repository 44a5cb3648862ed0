"""A portal on a house for each test, and one browser for all of them."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.house import HouseStorage
from tests.portal.chromium import a_browser
from tests.portal.served import VIEWER, Portal, a_portal


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with a_browser() as running:
        yield running


@pytest.fixture
def portal(house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A portal whose visitors are operators."""
    with a_portal(house_storage, monkeypatch) as running:
        yield running


@pytest.fixture
def viewers_portal(house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A portal whose visitors are viewers."""
    with a_portal(house_storage, monkeypatch, who=VIEWER) as running:
        yield running
