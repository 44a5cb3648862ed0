"""What coverage asks of the interpreter does not stop it for good."""
from __future__ import annotations

import gc
import sys
import threading

import pytest

from tests.frames import without_collecting


@pytest.mark.parametrize("collecting", [True, False])
def test_nothing_is_collected_while_the_frames_of_all_threads_are_asked_for(collecting: bool) -> None:
    enabled = list[bool]()

    def current_frames() -> dict:
        enabled.append(gc.isenabled())
        return {}

    was = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        without_collecting(current_frames)()
        after = gc.isenabled()
    finally:
        (gc.enable if was else gc.disable)()

    assert (enabled, after) == ([False], collecting)


@pytest.mark.skipif(sys.version_info >= (3, 11, 9), reason="this Python needs no help")
def test_the_frames_are_asked_for_so_in_every_process_of_the_tests() -> None:
    assert sys._current_frames.__qualname__.startswith("without_collecting")
    assert threading.get_ident() in sys._current_frames()
