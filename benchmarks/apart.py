"""Work in a process of its own, which starts with nothing loaded and nothing held, as an invocation in Azure does."""
from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def apart(work: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
    """What `work`, a function of a module, answers in a fresh process; raises what it raises, SystemExit too."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, *args, **kwargs).result()


def megabytes(of: str = "VmHWM", process: int | str = "self") -> float:
    """Memory of a process in MB (proc(5)): VmRSS now, VmHWM the most it has had.

    ru_maxrss would count the process that started it. ValueError for one that has ended.
    """
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (held,) = re.findall(rf"^{of}:\s+(\d+) kB$", status, re.MULTILINE)
    return int(held) / 1024
