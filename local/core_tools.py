"""`./run --core-tools`: everything but our functions host; `func start` of the Azure Functions Core Tools runs the app.

Written for it is local.settings.json (Microsoft Learn, "Code and test Azure Functions locally"): the settings that our
host is given, the worker's language, and the port at which Shopify looks for the app. Its addresses are those of one
start, and its keys those of this machine, so it goes when the stack stops; git and every deployment leave it out.
Border: the file and the wait; which settings there are is stack.py.
"""
from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from local.processes import ProgramFailed

FILE = "local.settings.json"


def settings_file(settings: Mapping[str, str]) -> dict[str, Any]:
    """What local.settings.json holds for these app settings."""
    return {
        "IsEncrypted": False,
        "Values": {"FUNCTIONS_WORKER_RUNTIME": "python", **settings},
        "Host": {"LocalHttpPort": int(settings["PUBLIC_URL"].rpartition(":")[2])},
    }


@contextlib.contextmanager
def written_for_core_tools(folder: Path, settings: Mapping[str, str]) -> Iterator[Path]:
    """The file in the app's folder, for as long as the stack runs. ProgramFailed if there is one of somebody's own."""
    path, draft = folder / FILE, folder / f"{FILE}.part"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(settings_file(settings), indent=2))
    try:
        path.hardlink_to(draft)  # whole or not at all, and never over a file that is there
    except FileExistsError:
        raise ProgramFailed(f"{path} is there already; move it away, and it will be written anew") from None
    finally:
        draft.unlink()
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def wait_until_the_app_answers(url: str, check: Callable[[], None]) -> None:
    """Return once the app is healthy at this address, however long somebody takes to start it.

    `check` is called meanwhile, and may raise.
    """
    while True:
        check()
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{url}/api/health", timeout=10).ok:
                return
        time.sleep(0.5)
