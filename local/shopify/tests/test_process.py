"""``python -m local.shopify`` as others start it: ready file, orderly stop, and the kept shop."""
from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def running(folder: Path, *options: str) -> Iterator[dict[str, Any]]:
    """The process between its ready file and its stop by SIGTERM."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "local.shopify", "--ready-file", str(ready), "--orders", "5", "--customers", "3",
         "--products", "3", *options], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        while not ready.exists():
            assert process.poll() is None, "the process ended before it was ready"
            time.sleep(0.05)
        yield json.loads(ready.read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert output.startswith("Shopify simulator: http://127.0.0.1:")


def name_of(ready: dict[str, Any]) -> str:
    reply = requests.post(f"{ready['url']}/admin/api/2026-10/graphql.json", json={"query": "{ shop { name } }"},
                          headers={"X-Shopify-Access-Token": ready["token"]}, timeout=10)
    return reply.json()["data"]["shop"]["name"]


def test_a_second_start_knows_tokens_and_subscriptions_of_the_first(tmp_path):
    dump, callback = tmp_path / "shop.json.gz", "https://connector.example/callback"
    keys = {"client_id": "simulated-client-id", "client_secret": "shpss_simulated_client_secret"}
    subscribe = """mutation { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: {
        uri: "http://127.0.0.1:9/hooks"}) { userErrors { message } } }"""
    with running(tmp_path, "--dump", str(dump), "--redirect-url", callback) as ready:
        consent = requests.post(f"{ready['url']}/admin/oauth/authorize", timeout=10, allow_redirects=False, data={
            "client_id": keys["client_id"], "scope": "read_orders", "redirect_uri": callback})
        code = dict(parse_qsl(urlsplit(consent.headers["Location"]).query))["code"]
        pair = requests.post(f"{ready['url']}/admin/oauth/access_token", timeout=10,
                             json={**keys, "code": code, "expiring": 1}).json()
        assert ask(ready, subscribe, ready["token"])["webhookSubscriptionCreate"] == {"userErrors": []}

    with running(tmp_path, "--dump", str(dump)) as ready:
        assert ask(ready, "{ shop { name } }", pair["access_token"]) == {"shop": {"name": "Demo FR"}}
        assert ask(ready, "{ webhookSubscriptions(first: 5) { nodes { uri } } }", ready["token"]) == {
            "webhookSubscriptions": {"nodes": [{"uri": "http://127.0.0.1:9/hooks"}]}}
        fresh = requests.post(f"{ready['url']}/admin/oauth/access_token", timeout=10, json={
            **keys, "grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}).json()
        requests.post(f"{ready['url']}/_control/uninstall", timeout=10)

    with running(tmp_path, "--dump", str(dump)) as ready:
        for token in (fresh["access_token"], ready["token"]):
            reply = requests.post(f"{ready['url']}/admin/api/2026-10/graphql.json", json={"query": "{ shop { id } }"},
                                  headers={"X-Shopify-Access-Token": token}, timeout=10)
            assert reply.status_code == 401


def ask(ready: dict[str, Any], query: str, token: str) -> Any:
    reply = requests.post(f"{ready['url']}/admin/api/2026-10/graphql.json", json={"query": query},
                          headers={"X-Shopify-Access-Token": token}, timeout=10)
    return reply.json()["data"]


def test_the_ready_file_tells_where_and_how_to_ask(tmp_path):
    with running(tmp_path) as ready:
        assert set(ready) == {"url", "shop", "token", "few_scopes_token", "client_id", "client_secret"}
        assert name_of(ready) == "Demo FR"


@pytest.mark.parametrize("name", ["shop.json", "shop.json.gz"])
def test_a_second_start_continues_the_shop_the_first_one_left(tmp_path, name):
    dump = tmp_path / name
    with running(tmp_path, "--dump", str(dump)) as ready:
        requests.post(f"{ready['url']}/_control/orders", json={"id": 5001, "note": "garder", "lines": []}, timeout=10)
        before = requests.get(f"{ready['url']}/_control/orders/5400000000003", timeout=10).json()

    with running(tmp_path, "--dump", str(dump)) as ready:
        kept = requests.get(f"{ready['url']}/_control/orders/5001", timeout=10).json()
        after = requests.get(f"{ready['url']}/_control/orders/5400000000003", timeout=10).json()
        fresh = requests.post(f"{ready['url']}/_control/orders", json={"lines": []}, timeout=10).json()

    assert kept["note"] == "garder"
    assert after == before
    assert fresh["id"] != "gid://shopify/Order/5400000000001"
    raw = dump.read_bytes()
    assert len(json.loads(gzip.decompress(raw) if name.endswith("gz") else raw)["specs"]["orders"]) == 7
