"""The local Functions host: `python -m local.host --app DIR` runs DIR/function_app.py on this machine.

It stands in for the Azure Functions runtime (and for Core Tools where they cannot be installed): HTTP with keys,
timers with one run over all hosts, queues with poison queues. Rules and their sources are named in
`local/functions_host/`. Border: this module reads the command line, starts one host and ends it when it is told to.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import re
import secrets
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from local.functions_host.apart import run_apart
from local.functions_host.app_metadata import GROUPS, import_app, of_group, read_functions, scale_groups
from local.functions_host.errors import HostError
from local.functions_host.extension_bundle import in_error, told
from local.functions_host.host import FunctionsHost, HostConfig
from local.functions_host.http_front import Access
from local.functions_host.logs import set_log_levels, set_up_logging
from local.functions_host.settings import DEFAULT_BODY_LIMIT_BYTES, load_app_settings, read_host_json
from local.processes import ProgramFailed

log = logging.getLogger("host")


class StartAnew(Exception):
    """A function took too long: this process has to end with all that runs in it, and another to take its port."""

    def __init__(self, port: str) -> None:
        super().__init__(port)
        self.port = port


async def serve(app_folder: Path, config: HostConfig, ready_file: Path | None, group: str = "all") -> int:
    """Run a group of the app's functions until a signal; the exit code. Raises HostError or StartAnew."""
    if ready_file is not None:
        # One that was left by an earlier host must not pass for ours.
        ready_file.unlink(missing_ok=True)
    load_app_settings(app_folder, os.environ)
    options = read_host_json(app_folder)
    set_log_levels(options.log_levels)
    declared = of_group(read_functions(import_app(app_folder), os.environ, app_folder), group)
    if not declared:
        raise HostError(f"--functions {group}: there is neither such a group nor such a function.")
    errors = in_error({each.name: each.binding_types for each in declared}, options.bundle)
    if errors:
        log.error(told(errors))
    functions = [each for each in declared if each.name not in errors]
    host = FunctionsHost(functions, options=options, config=config, settings=os.environ)
    stopping = _end_on_signal()
    await host.start()
    log.info("ready at %s with %d functions", host.url, len(functions))
    if ready_file is not None:
        write_ready_file(ready_file, host, config.access, errors)
    if await _worker_ends_first(host.worker_ended, stopping):
        log.error("A function timeout has occurred. Restarting worker process.")
        await host.stop()
        raise StartAnew(host.url.rpartition(":")[2])
    log.info("stopping; running: %s", ", ".join(host.running) or "nothing")
    left = await host.stop()
    if left:
        log.error("ended while still running: %s", ", ".join(left))
    return 1 if left else 0


def write_ready_file(path: Path, host: FunctionsHost, access: Access, errors: Mapping[str, str]) -> None:
    """Tell whoever started the host where it is: the file appears whole or not at all."""
    content = {
        "url": host.url,
        "functions_key": access.host_key,
        "master_key": access.master_key,
        "functions": [each.name for each in host.functions],
        "in_error": dict(errors),
        "pid": os.getpid(),
    }
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    draft.write_text(json.dumps(content))
    draft.replace(path)


async def _worker_ends_first(ended: asyncio.Event, stopping: asyncio.Event) -> bool:
    waits = [asyncio.ensure_future(each.wait()) for each in (ended, stopping)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for each in waits:
        each.cancel()
    return ended.is_set() and not stopping.is_set()


def _end_on_signal() -> asyncio.Event:
    stopping = asyncio.Event()

    def on_signal() -> None:
        if stopping.is_set():
            os._exit(130)
        stopping.set()

    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, on_signal)
    return stopping


def default_host_id(app_folder: Path, settings: Mapping[str, str]) -> str:
    """The id that hosts of one app share: the app setting, else the folder's name, 32 characters at most."""
    given = settings.get("AzureFunctionsWebHost__hostid")
    return given or re.sub(r"[^a-z0-9-]+", "-", app_folder.resolve().name.lower()).strip("-")[:32] or "local"


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """The command line of the host."""
    parser = argparse.ArgumentParser(prog="python -m local.host", description="Run a Functions app on this machine.")
    parser.add_argument("--app", type=Path, default=Path.cwd(), help="folder of function_app.py (default: here)")
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--ready-file", type=Path, help="JSON written once the host answers: url, keys, functions")
    parser.add_argument(
        "--functions", default="all", metavar="GROUP", help=f"run only these: {', '.join(GROUPS)} or a function's name"
    )
    parser.add_argument(
        "--apart", type=Path, metavar="FOLDER", help="a process for each scale group, as in Azure; their logs go there"
    )
    parser.add_argument("--host-key", default="", help="key that opens every function (default: a new one)")
    parser.add_argument("--master-key", default="", help="key that opens everything (default: a new one)")
    parser.add_argument(
        "--developer-principal",
        nargs="?",
        const="",
        metavar="NAME:ROLE,ROLE",
        help="sign in without a sign-in page: this person, or, without a value, whom the request's headers name",
    )
    parser.add_argument("--who-signs-in", metavar="NAME:ROLE,ROLE",
                        help="who a browser becomes that comes to the sign-in page (/.auth/login/aad)")
    parser.add_argument("--grace", type=float, default=30, help="seconds to wait for running functions at the end")
    parser.add_argument("--invisibility", type=int, default=600, help="seconds a received message is hidden")
    return parser.parse_args(arguments)


def same_keys(options: argparse.Namespace) -> list[str]:
    """Arguments that give another host the same keys; in one word each, for a key may begin with a dash."""
    return [f"--host-key={options.host_key}", f"--master-key={options.master_key}"]


def main(arguments: list[str]) -> int:
    """Run the host; 0 after an orderly end, 1 when the app cannot run or work had to be left."""
    options = parse_arguments(arguments)
    set_up_logging()
    folder = options.app.resolve()
    options.host_key = options.host_key or secrets.token_urlsafe(32)
    options.master_key = options.master_key or secrets.token_urlsafe(32)
    if options.developer_principal is not None or options.who_signs_in is not None:
        # What tells an app in Azure that the identity headers are the platform's.
        os.environ.setdefault("WEBSITE_AUTH_ENABLED", "True")
    threads = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT")
    config = HostConfig(
        host_id=default_host_id(folder, os.environ),
        access=Access(
            options.host_key,
            options.master_key,
            options.developer_principal,
            options.who_signs_in,
        ),
        port=options.port,
        grace=timedelta(seconds=options.grace),
        invisibility=timedelta(seconds=options.invisibility),
        threads=int(threads) if threads else None,
        body_limit=int(os.environ.get("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", DEFAULT_BODY_LIMIT_BYTES)),
    )
    try:
        if options.apart is not None:
            return _apart(folder, options)
        return asyncio.run(serve(folder, config, options.ready_file, options.functions))
    except (HostError, ProgramFailed) as error:
        print(f"The app in {folder} cannot be run. {error}", file=sys.stderr)
        return 1
    except StartAnew as end:
        same = ["--port", end.port, *same_keys(options)]
        # Only another program image is rid of the threads that still run; it keeps address, keys and process id.
        os.execv(sys.executable, [sys.executable, "-m", "local.host", *arguments, *same])


def _apart(folder: Path, options: argparse.Namespace) -> int:
    load_app_settings(folder, os.environ)
    groups = scale_groups(read_functions(import_app(folder), os.environ, folder))
    principal, person = options.developer_principal, options.who_signs_in
    arguments = [
        "--app", str(folder), *same_keys(options),
        "--grace", str(options.grace), "--invisibility", str(options.invisibility),
        *([] if principal is None else ["--developer-principal", principal]),
        *([] if person is None else ["--who-signs-in", person]),
    ]  # fmt: skip
    return run_apart(groups, arguments, options.apart, port=options.port, ready_file=options.ready_file)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    logging.shutdown()
    # A function that outlived the grace time would keep its thread, and with it this process, alive.
    os._exit(code)
