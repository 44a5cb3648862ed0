"""One message for many notices: who sends it, and when another one is needed."""
from __future__ import annotations

import pytest

from shared.stores.changed_records import TABLE, Waking
from tests.house import House


class Messages(list[float]):
    """The delays of the messages that were sent, in seconds."""

    def send(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def messages() -> Messages:
    return Messages()


def an_instance(house: House) -> Waking:
    """A process of its own: it remembers nothing of the others."""
    return Waking(house.connector.storage.tables[TABLE], house.clock, 10)


def test_notices_of_ten_seconds_send_one_message_whichever_instance_takes_them(
    house: House, messages: Messages
) -> None:
    instances = [an_instance(house) for _ in range(3)]

    for n in range(5):
        instances[n % 3].wake(house.shop, messages.send)
        house.clock.forward(2)

    assert messages == [10]


def test_after_the_job_woke_up_a_notice_sends_another_message(house: House, messages: Messages) -> None:
    waking = an_instance(house)
    waking.wake(house.shop, messages.send)
    house.clock.forward(10)
    waking.awake(house.shop)

    waking.wake(house.shop, messages.send)

    assert messages == [10, 10]


def test_a_message_that_waits_for_a_free_worker_still_covers_what_comes(house: House, messages: Messages) -> None:
    waking = an_instance(house)
    waking.wake(house.shop, messages.send)
    house.clock.forward(14)

    waking.wake(house.shop, messages.send)

    assert messages == [10]


def test_a_message_that_got_lost_is_sent_again(house: House, messages: Messages) -> None:
    waking = an_instance(house)
    waking.wake(house.shop, messages.send)
    house.clock.forward(16)

    waking.wake(house.shop, messages.send)

    assert messages == [10, 10]


def test_a_job_that_finds_the_shop_busy_comes_again_and_covers_what_comes_until_then(
    house: House, messages: Messages
) -> None:
    waking, other = an_instance(house), an_instance(house)
    waking.wake(house.shop, messages.send)
    house.clock.forward(10)

    waking.postpone(house.shop, 30, messages.send)
    other.wake(house.shop, messages.send)

    assert messages == [10, 30]


def test_while_a_postponed_message_is_far_away_another_instance_asks_storage_once(
    house: House, messages: Messages
) -> None:
    """Once it is near, clocks may differ: storage is asked again, and tells that the job was awake."""
    first, other = an_instance(house), an_instance(house)
    first.postpone(house.shop, 30, messages.send)
    other.wake(house.shop, messages.send)
    first.awake(house.shop)

    house.clock.forward(27)
    other.wake(house.shop, messages.send)
    assert messages == [30]

    house.clock.forward(2)
    other.wake(house.shop, messages.send)
    assert messages == [30, 10]


def test_two_shops_do_not_share_a_message(house: House, messages: Messages) -> None:
    waking = an_instance(house)

    waking.wake(house.shop, messages.send)
    waking.wake(house.shop + "-B", messages.send)

    assert messages == [10, 10]
