"""Houses share a thread and nothing else: what a test sets in one is not there in the next, and none leaves a trace."""
from __future__ import annotations

import asyncio
import threading

import pytest
import requests

from tests.house import House, a_house, server_thread
from tests.manual_clock import ManualClock
from tests.memory import storage_in_memory


def test_the_next_house_sees_nothing_of_what_was_set_in_this_one() -> None:
    with a_house(storage_in_memory()) as house:
        turn_everything(house)
        assert house.run("orders").state == "failed"
        earlier = {house.shop, house.bc.company}

    with a_house(storage_in_memory()) as house:
        assert not {house.shop, house.bc.company} & earlier
        assert house.clock.now() == ManualClock().now()
        assert (house.exchanges, house.bc.stats.calls, house.shopify.stats.calls) == ([], 0, 0)
        assert house.shopify.shop_state.stored("orders") == []
        assert house.bc.limits.requests > 1
        house.order(8001)
        assert house.sync("orders").state == "succeeded"
        assert house.document(8001)["salesOrderLines"]


def turn_everything(house: House) -> None:
    """All that a test may leave turned: clock, faults, limits, switches, records."""
    house.order(8000)
    house.clock.forward(3600)
    house.shopify.fault("http_403", times=1000)
    house.shopify.webhooks.paused = True
    house.shopify.clock.ahead_seconds = 50
    house.bc.control.add_fault(kind="status", status=503, times=None)
    house.bc.control.times.header = 5
    house.bc.limits.requests = 1
    house.bc.tokens.expire_all()
    house.bc.tokens.client_secret = "another"
    house.bc.control.change("items", "1000", {"blocked": True})


def test_two_houses_at_once_are_two_shops_and_two_companies() -> None:
    with a_house(storage_in_memory()) as one, a_house(storage_in_memory()) as other:
        one.order(8001)
        one.bc.control.add_fault(kind="status", status=503, times=None)
        other.order(8002)

        assert other.sync("orders").state == "succeeded"
        assert (other.documents(8001), one.documents(8002)) == ([], [])
        assert len(other.documents(8002)) == 1


@pytest.mark.parametrize("dies", [False, True], ids=["goes", "dies"])
def test_a_house_leaves_no_address_no_thread_and_no_task(dies: bool) -> None:
    server_thread()
    before = set(threading.enumerate())

    with a_house(storage_in_memory()) as house:
        addresses = house.shopify.url, house.bc.origin
        house.order(8001)
        house.sync("orders")
        if dies:
            house.bc.control.add_fault(kind="delay", seconds=600)
            house.bc.stats.reset()
            call = threading.Thread(target=given_up, args=(house,))
            call.start()
            while not house.bc.stats.calls:
                call.join(0.01)

    if dies:
        call.join()
    assert not any(thread.is_alive() for thread in set(threading.enumerate()) - before)
    assert server_thread().run(tasks()) == 0
    for address in addresses:
        with pytest.raises(requests.ConnectionError):
            requests.get(address, timeout=5)


def given_up(house: House) -> None:
    """A call that is under way when the house goes."""
    token = {"Authorization": f"Bearer {house.bc.token}"}
    with pytest.raises(requests.RequestException):
        requests.get(f"{house.bc.api_root}/companies", headers=token, timeout=99)


async def tasks() -> int:
    """What runs on the loop beside this question."""
    return len(asyncio.all_tasks()) - 1
