"""The parts these tests are made of: a clock moved by hand, a scripted server, a simulator, and clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.business_central.server import BusinessCentral as Simulator
from local.business_central.server import start_business_central
from shared.business_central.client import BusinessCentral
from shared.business_central.sign_in import bearer
from shared.exchange import Exchange
from tests.integration.business_central.scripted_server import ScriptedServer, scripted_server
from tests.manual_clock import ManualClock

COMPANY = "c0ffee00-0000-4000-8000-000000000001"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        yield running


@pytest.fixture
def exchanges() -> list[Exchange]:
    """What the client reported, one entry per attempt."""
    return []


@pytest.fixture
def bc(server: ScriptedServer, clock: ManualClock, exchanges: list[Exchange]) -> Iterator[BusinessCentral]:
    """A client of the scripted server."""
    client = BusinessCentral(server.root, COMPANY, bearer("s3cret-token"), clock, observe=exchanges.append)
    yield client
    client.close()


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    """Business Central with its seed: fresh for every test, on the test's clock."""
    with start_business_central(clock) as running:
        yield running


@pytest.fixture
def company(simulator: Simulator, clock: ManualClock, exchanges: list[Exchange]) -> Iterator[BusinessCentral]:
    """A client of the simulator's company."""
    client = BusinessCentral(
        simulator.api_root, simulator.company, bearer(simulator.token), clock, observe=exchanges.append
    )
    yield client
    client.close()
