"""Azure's host names on this machine: a proxy that leads each known name to a loopback port, and nothing anywhere else.

Rules: RFC 9110, CONNECT; clients take the proxy from HTTPS_PROXY. TLS goes through it untouched, so the server behind
it has to hold a certificate for the name (certificate.py).

    with names_on_loopback({"account.blob.core.windows.net": 10000}) as names:
        os.environ["HTTPS_PROXY"] = names.proxy
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer

from local.serving import serving


class Names:
    """The running proxy, and the names it was asked for: known, and refused."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self.ports = ports
        self.proxy = ""
        self.asked: set[str] = set()
        self.refused: set[str] = set()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128
    names: Names


@contextmanager
def names_on_loopback(ports: Mapping[str, int]) -> Iterator[Names]:
    """Lead port 443 of each name to its port on 127.0.0.1."""
    names = Names(ports)
    server = _Server(("127.0.0.1", 0), _Tunnel)
    server.names = names
    with serving(server) as port:
        names.proxy = f"http://127.0.0.1:{port}"
        yield names


class _Tunnel(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        method, _, rest = self.rfile.readline().decode("latin-1").partition(" ")
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        name = rest.partition(":")[0]
        port = self.server.names.ports.get(name) if method == "CONNECT" else None
        if port is None:
            self.server.names.refused.add(name)
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        self.server.names.asked.add(name)
        with socket.create_connection(("127.0.0.1", port)) as behind:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(behind, self.connection), daemon=True)
            back.start()
            _pump(self.connection, behind)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until the source ends."""
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
