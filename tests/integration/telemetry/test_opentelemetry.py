"""OpenTelemetry, switched on and off: a process of its own imports function_app and tells one fact.

Where it is sent is a server of this test that takes what Application Insights takes (POST …/track, gzip).
"""
from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from local.serving import serving
from shared.telemetry_export import send_by_opentelemetry
from tests.repository import ROOT

PROGRAM = """
import logging, sys
import function_app
from shared.telemetry import about, record
with about(shop="FR", run="r1"):
    record("type", type="orders", read=5)
    logging.getLogger("shared.sync.run").warning("Shopify is slow")
if "opentelemetry" in sys.modules:
    from opentelemetry._logs import get_logger_provider
    get_logger_provider().force_flush()
print(sorted({"opentelemetry", "azure.monitor", "requests", "psutil"} & set(sys.modules)))
"""


class Insights:
    """What arrived, as envelopes."""

    def __init__(self, server: ThreadingHTTPServer, envelopes: list[dict[str, Any]]) -> None:
        self.envelopes = envelopes
        host, port = server.server_address[:2]
        self.connection = f"InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=http://{host}:{port}/"


@pytest.fixture
def insights() -> Iterator[Insights]:
    envelopes: list[dict[str, Any]] = []

    class Ingestion(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            text = gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw
            found = json.loads(text)
            envelopes.extend(found)
            answer = json.dumps({"itemsReceived": len(found), "itemsAccepted": len(found), "errors": []}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ingestion)
    with serving(server):
        yield Insights(server, envelopes)


def run(**settings: str) -> str:
    """What a fresh process says it has imported."""
    quiet = {"APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true", "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true"}
    environment = {**os.environ, **quiet, **settings}
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_switched_on_every_line_arrives_once_with_its_figures_and_nothing_but_lines(insights: Insights) -> None:
    run(APPLICATIONINSIGHTS_CONNECTION_STRING=insights.connection, CONNECTOR_OPENTELEMETRY="true")

    assert {one["data"]["baseType"] for one in insights.envelopes} == {"MessageData"}
    messages = [json.loads(one["data"]["baseData"]["message"]) for one in insights.envelopes]
    assert messages == [
        {"event": "type", "shop": "FR", "run": "r1", "type": "orders", "read": 5},
        {"event": "line", "level": "WARNING", "logger": "shared.sync.run", "text": "Shopify is slow", "shop": "FR",
         "run": "r1"},
    ]


def test_switched_off_nothing_of_it_is_imported_or_sent(insights: Insights) -> None:
    said = run(APPLICATIONINSIGHTS_CONNECTION_STRING=insights.connection)

    assert said == "[]"
    assert insights.envelopes == []


@pytest.mark.parametrize("text", ["false", "true"])
def test_the_switch_of_microsofts_worker_switches_nothing_of_ours_and_is_warned_of(
    insights: Insights, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert run(APPLICATIONINSIGHTS_CONNECTION_STRING=insights.connection, PYTHON_ENABLE_OPENTELEMETRY=text) == "[]"
    assert insights.envelopes == []

    assert not send_by_opentelemetry({"PYTHON_ENABLE_OPENTELEMETRY": text})
    assert ["remove it" in record.getMessage() for record in caplog.records] == [True]


def test_without_a_connection_string_it_stays_off() -> None:
    assert run(CONNECTOR_OPENTELEMETRY="true", APPLICATIONINSIGHTS_CONNECTION_STRING="") == "[]"
