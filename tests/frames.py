"""Lets coverage look at the frames of all threads without stopping for good.

Until Python 3.11.9 `sys._current_frames` may run the garbage collector while it holds a lock of the interpreter; a
finalizer that lets another thread run then waits for a thread that waits for that lock. SlipCover asks for the frames
again and again; one run in some tens stood still in it. Source: python/cpython, issue 106883.
"""
from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType

Frames = Callable[[], dict[int, FrameType]]


def without_collecting(current_frames: Frames) -> Frames:
    """The same question, during which no garbage is collected."""
    def frames() -> dict[int, FrameType]:
        collecting = gc.isenabled()
        gc.disable()
        try:
            return current_frames()
        finally:
            if collecting:
                gc.enable()
    return frames


def ask_for_frames_without_collecting() -> None:
    """From now on, in this process, where its Python needs that."""
    if sys.version_info < (3, 11, 9):
        sys._current_frames = without_collecting(sys._current_frames)
