"""`./run`: the whole connector on this machine, and the main job on the demo shop.

Starts the storage emulator, both simulators and the functions host on free loopback ports, connects
the demo shop, runs the first incremental synchronization and prints what arrived. Everything is
kept in a data folder, so a second start goes on where the first one stopped.
"""
from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import secrets
import signal
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import requests

from local.azurite import AzuriteFailed, start_azurite
from local.core_tools import wait_until_the_app_answers, written_for_core_tools
from local.demo import connect_demo_shop, first_sync
from local.functions_host.http_front import principal_headers
from local.processes import ROOT, Program, ProgramFailed, free_port
from local.reload import Reloading, Watch
from local.report import as_json, as_table

DEVELOPER = "developer@localhost:Operator"
"""Who opens the portal of the local stack."""


class Stack(NamedTuple):
    """The running programs and what they said of themselves."""

    storage: str
    shopify: dict[str, Any]
    business_central: dict[str, Any]
    host: dict[str, Any]
    programs: list[Program]
    """The host is the last of them, if it is ours."""


def main(arguments: list[str]) -> int:
    """Exit status: 0, or 1 with one sentence on standard error."""
    options = _options(arguments)
    # A shell's background job inherits an ignored SIGINT; whoever sends one means it.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)
    try:
        with _only_one(options.data), running_stack(options) as stack:
            return _use(stack, options)
    except (ProgramFailed, AzuriteFailed, requests.RequestException) as problem:
        print(f"run: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the data is kept in", options.data, file=sys.stderr)
        return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run", description="Start the local stack and synchronize the demo shop.")
    parser.add_argument("--once", action="store_true", help="end after the first synchronization")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument("--seed", type=int, default=1, help="seed of the demo shop")
    for type, number in (("orders", 200), ("customers", 120), ("products", 60)):
        parser.add_argument(f"--{type}", type=int, default=number, help=f"{type} in the demo shop")
    parser.add_argument("--data", type=Path, help="folder that keeps everything; the same folder goes on")
    parser.add_argument("--ready-file", type=Path, help="write addresses and development keys here when all is up")
    parser.add_argument("--sign-in", metavar="NAME:ROLE", help="sign this person in for every call, e.g. ada:Viewer")
    parser.add_argument("--reload", action="store_true", help="start the functions host anew when its code changes")
    parser.add_argument("--core-tools", metavar="FOLDER", type=Path, nargs="?", const=ROOT,
                        help="leave the app to `func start`: write local.settings.json for it (default: here)")
    options = parser.parse_args(arguments)
    if options.core_tools and (options.reload or options.sign_in):
        parser.error("--reload and --sign-in are for our own host, not for --core-tools")
    # One folder a shop: another seed or size is another shop, not a change of the same one.
    name = f"shop-{options.seed}-{options.orders}-{options.customers}-{options.products}"
    options.data = (options.data or ROOT / ".run" / name).resolve()
    return options


@contextlib.contextmanager
def _only_one(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ProgramFailed(f"another ./run is using {data}; stop it, or choose --data") from None
        yield


@contextlib.contextmanager
def running_stack(options: argparse.Namespace) -> Iterator[Stack]:
    """Everything started in order, and stopped in the opposite order whatever happens."""
    data: Path = options.data
    keys = _keys(data)
    with contextlib.ExitStack() as started:
        whose = "" if options.core_tools else " and the functions host"
        _say(f"starting storage, Shopify, Business Central{whose} …")
        azurite = started.enter_context(start_azurite(data / "storage"))
        shopify = Program("shopify", [
            "local.shopify", "--seed", str(options.seed), "--orders", str(options.orders),
            "--customers", str(options.customers), "--products", str(options.products),
            "--dump", str(data / "shopify.json.gz"),
        ], data, {})
        started.callback(shopify.stop)
        bc = Program("business-central", ["local.business_central", "--dump", str(data / "bc.json.gz")], data, {})
        started.callback(bc.stop)
        shopify.wait_until_ready()
        bc.wait_until_ready()
        settings = local_settings(azurite.connection_string, shopify.ready, bc.ready, keys)
        services = Stack(azurite.connection_string, shopify.ready, bc.ready, {}, [shopify, bc])
        if options.core_tools:
            yield services._replace(host=_started_by_core_tools(options.core_tools, settings, keys, services, started))
            return
        # Without --sign-in a key is a key, and whoever opens the portal becomes its operator at the sign-in page.
        person = ["--who-signs-in", options.sign_in or DEVELOPER]
        person += ["--developer-principal", options.sign_in] if options.sign_in else []
        command = [*host_command(settings, keys), "--master-key", keys["master"], *person]
        host = Program("functions", command, data, settings)
        started.callback(host.stop)
        host.wait_until_ready()
        if host.ready["in_error"]:
            raise ProgramFailed(f"functions in error: {', '.join(host.ready['in_error'])}; see {host.log}")
        yield services._replace(host=host.ready, programs=[shopify, bc, host])


def _started_by_core_tools(
    folder: Path, settings: dict[str, str], keys: dict[str, str], services: Stack, started: contextlib.ExitStack
) -> dict[str, Any]:
    """Where the app is that somebody starts with these settings; Core Tools ask for no key, our own host may."""
    path = started.enter_context(written_for_core_tools(folder, settings))
    _say(f"{path} is written; in another terminal, with {ROOT / '.venv'} active: cd {folder} && func start")

    def check() -> None:
        for each in services.programs:
            each.check()

    wait_until_the_app_answers(settings["PUBLIC_URL"], check)
    return {"url": settings["PUBLIC_URL"], "functions_key": keys["host"]}


def local_settings(
    storage: str, shopify: dict[str, Any], bc: dict[str, Any], keys: dict[str, str]
) -> dict[str, str]:
    """The application settings of the local environment; in Azure the infrastructure sets them.

    Shopify sends browsers back to the host, so its address is chosen here, before it starts.
    """
    return {
        "AzureWebJobsStorage": storage,
        "ENVIRONMENT": "development",
        "TOKEN_KEY": keys["token"],
        "PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
        "SHOPIFY_BASE_URL": shopify["url"],
        "SHOPIFY_CLIENT_ID": shopify["client_id"],
        "SHOPIFY_CLIENT_SECRET": shopify["client_secret"],
        "BC_API_ROOT": bc["api_root"],
        "BC_TOKEN_URL": bc["token_url"],
        "BC_CLIENT_ID": bc["client_id"],
        "BC_CLIENT_SECRET": bc["client_secret"],
        "SYNC_SCHEDULE": os.environ.get("SYNC_SCHEDULE", "0 */5 * * * *"),
        "LOG_PURGE_SCHEDULE": "0 0 2 * * *",
        "SUBSCRIPTION_SCHEDULE": os.environ.get("SUBSCRIPTION_SCHEDULE", "0 25 * * * *"),
        "HEALTH_SCHEDULE": os.environ.get("HEALTH_SCHEDULE", "0 */15 * * * *"),
        "EVENT_QUEUE_SCHEDULE": "0 * * * * *",
        "SYNC_LEASE_SECONDS": os.environ.get("SYNC_LEASE_SECONDS", "15"),
        "BC_SETTLE_SECONDS": os.environ.get("BC_SETTLE_SECONDS", "15"),
    }


def host_command(settings: dict[str, str], keys: dict[str, str]) -> list[str]:
    """How the functions host is started at the address of these settings."""
    port = settings["PUBLIC_URL"].rpartition(":")[2]
    return ["local.host", "--app", str(ROOT), "--host-key", keys["host"], "--port", port]


def _keys(data: Path) -> dict[str, str]:
    """Development keys, made once a data folder."""
    path = data / "keys.json"
    if not path.exists():
        keys = {
            "host": secrets.token_hex(24), "master": secrets.token_hex(24),
            "token": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(keys))
    found: dict[str, str] = json.loads(path.read_text())
    return found


def _use(stack: Stack, options: argparse.Namespace) -> int:
    api = requests.Session()
    api.headers["x-functions-key"] = stack.host["functions_key"]
    if options.sign_in:
        api.headers.update(principal_headers("run:Operator"))  # the person who is signed in may be a viewer
    root = f"{stack.host['url']}/api"
    shop = connect_demo_shop(api, root, stack.shopify, stack.business_central)
    if options.ready_file:
        _write_ready_file(options.ready_file, stack, shop)
    _say(_portal(stack))
    run = first_sync(api, root, shop, stack.programs, _say)
    if run["state"] != "succeeded":
        raise ProgramFailed(f"the synchronization {run['state']}: {run['error_code']}: {run['error_detail']}")
    if options.json:
        print(json.dumps(as_json(run), indent=2), flush=True)
    else:
        print(as_table(run), flush=True)
        print(_addresses(stack), flush=True)
    if not options.once:
        _stay(stack, options.reload)
    return 0


def _stay(stack: Stack, reload: bool) -> None:
    _say("everything keeps running, and the timer synchronizes every five minutes; Ctrl-C stops it all")
    programs: list[Program | Reloading] = [*stack.programs]
    if reload:
        programs[-1] = Reloading(stack.programs[-1], Watch(ROOT), _say)
    while True:
        for program in programs:
            program.check()
        time.sleep(1)


def _write_ready_file(path: Path, stack: Stack, shop: str) -> None:
    content = {
        "functions": stack.host["url"],
        "shopify": stack.shopify["url"],
        "business_central": stack.business_central["api_root"],
        "storage": stack.storage,
        "shop": shop,
        "company": stack.business_central["company"],
        "functions_key": stack.host["functions_key"],
        "client_secret": stack.shopify["client_secret"],
        "shopify_token": stack.shopify["token"],
        "shopify_token_few_scopes": stack.shopify["few_scopes_token"],
        "bc_token": stack.business_central["token"],
    }
    whole = path.with_name(path.name + ".part")
    whole.write_text(json.dumps(content, indent=2))
    whole.replace(path)


def _addresses(stack: Stack) -> str:
    return "\n".join([
        "",
        _portal(stack),
        f"functions         {stack.host['url']}/api   (header x-functions-key: {stack.host['functions_key']})",
        f"Shopify           {stack.shopify['url']}   ({stack.shopify['shop']})",
        f"Business Central  {stack.business_central['api_root']}",
        f"storage           {stack.storage.split(';BlobEndpoint=')[-1].split(';')[0]} and its neighbours",
    ])


def _portal(stack: Stack) -> str:
    return f"portal            {stack.host['url']}/portal"


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
