"""What a test may cost: 20 seconds of work, unless its marker says why it needs more.

Work is processor time, of this process and of those that ended while the test ran: a busy machine makes little
difference. A slow one does, so that the whole run allows twice as much (local/checks.py). What a test needs made before
it and taken down behind it may cost as much, each: a server that the tests of a module share is paid by the first and
the last of them. What a whole run shares, a browser, is taken down behind whichever test comes last, which pays for
none of it. What merely took that long on the clock is told at the end and fails nothing; `--timeout` ends what hangs.
"""
from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

SECONDS = 20.0
_WORK = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--budget", type=float, default=SECONDS, metavar="SECONDS",
                     help="how many seconds of processor time a test may take that is not marked slow")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow(why): the test may take more than its budget, for this reason")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers("slow"):
            if not (len(marker.args) == 1 and isinstance(marker.args[0], str) and marker.args[0].strip()):
                raise pytest.UsageError(f"{item.nodeid}: pytest.mark.slow says in one sentence why")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    yield from _worked(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    yield from _worked(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    yield from _worked(item)
    if nextitem is None:
        item.stash[_WORK] = 0.0


def _worked(item: pytest.Item) -> Generator[None, None, None]:
    begun = processor_seconds()
    try:
        yield
    finally:
        item.stash[_WORK] = processor_seconds() - begun


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    work, budget = item.stash.get(_WORK, 0.0), item.config.getoption("budget")
    slow = item.get_closest_marker("slow") is not None
    if not slow and call.duration > budget:
        report.user_properties.append(("took", f"{call.duration:.0f} s, {work:.0f} s of it work"))
    if not slow and work > budget and report.passed:
        report.outcome = "failed"
        where = "" if call.when == "call" else f" in its {call.when}"
        report.longrepr = (f"{item.nodeid} worked for {work:.1f} s{where}; a test may take {budget:g} s. Make it "
                           "smaller, or say with pytest.mark.slow(\"…\") why it cannot be.")
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    late = [(report.nodeid, value) for report in terminalreporter.stats.get("passed", ())
            for name, value in report.user_properties if name == "took"]
    if late:
        terminalreporter.section("tests that took longer than their budget on the clock")
        for nodeid, took in late:
            terminalreporter.write_line(f"{nodeid}: {took}")


def processor_seconds() -> float:
    """Seconds of processor time until now, of this process and of the children it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
