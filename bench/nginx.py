"""The peer that we compare with: two nginx in a row with mutual TLS between them, no proof and no log.

Also the backend behind both chains: an nginx too, so that neither chain waits for it. The peer is given every
help it needs: connections kept above the number in flight, TLS sessions reused, no access log, no disk.
"""

from __future__ import annotations

import os
import pwd
import shutil
from functools import partial
from typing import TYPE_CHECKING

from bench.chain import BenchError, Chain, is_listening
from lienthong.directory.authority import issue_certificate, make_authority, make_tls_key
from lienthong.sandbox.children import Program
from lienthong.sandbox.ports import find_free_ports

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.sandbox.children import Child, Children

KEPT_CONNECTIONS = 512  # above the most in flight: else nginx opens TLS anew per request and loses unfairly

FRAME = """\
daemon off;
worker_processes 1;
{user}
pid {folder}/{name}.pid;
error_log {folder}/{name}.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/{name}-body;
    proxy_temp_path {folder}/{name}-proxy;
    fastcgi_temp_path {folder}/{name}-fastcgi;
    uwsgi_temp_path {folder}/{name}-uwsgi;
    scgi_temp_path {folder}/{name}-scgi;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_body_buffer_size 256k;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_buffers 32 16k;
    proxy_busy_buffers_size 64k;
    upstream next {{
        server 127.0.0.1:{next_port};
        keepalive {kept};
        keepalive_requests 1000000000;
        keepalive_timeout 600s;
    }}
    server {{
{server}
    }}
}}
"""

BACKEND = """\
        listen 127.0.0.1:{port} backlog=4096;
        sendfile on;
        location ~ /1k$ {{ return 200 "{answer}"; }}
        location ~ /100k$ {{
            alias {folder}/100k;
            open_file_cache max=8 inactive=600s;
            open_file_cache_valid 600s;
        }}"""

PROVIDER = """\
        listen 127.0.0.1:{port} ssl backlog=4096;
        ssl_protocols TLSv1.3;
        ssl_certificate {folder}/provider.crt;
        ssl_certificate_key {folder}/provider.key;
        ssl_client_certificate {folder}/authority.crt;
        ssl_verify_client on;
        ssl_session_cache shared:TLS:10m;
        location / {{ proxy_pass http://next; }}"""

CONSUMER = """\
        listen 127.0.0.1:{port} backlog=4096;
        proxy_ssl_protocols TLSv1.3;
        proxy_ssl_certificate {folder}/consumer.crt;
        proxy_ssl_certificate_key {folder}/consumer.key;
        proxy_ssl_trusted_certificate {folder}/authority.crt;
        proxy_ssl_verify on;
        proxy_ssl_name localhost;
        proxy_ssl_session_reuse on;
        location / {{ proxy_pass https://next; }}"""


def start_backend(children: Children, folder: Path) -> int:
    """Start the service behind all chains; gives its port."""
    (port,) = find_free_ports(1)
    (folder / "100k").write_bytes(b"y" * 102_400)
    server = BACKEND.format(port=port, answer="y" * 1024, folder=folder)
    start_nginx(children, folder, "backend", server, (port, port))
    return port


def start_peer(children: Children, folder: Path, backend_port: int) -> Chain:
    """Start the two-hop chain in front of the backend."""
    provider_port, consumer_port = find_free_ports(2)
    write_certificates(folder)
    provider = PROVIDER.format(port=provider_port, folder=folder)
    consumer = CONSUMER.format(port=consumer_port, folder=folder)
    second = start_nginx(children, folder, "provider", provider, (provider_port, backend_port))
    first = start_nginx(children, folder, "consumer", consumer, (consumer_port, provider_port))
    return Chain(
        name="nginx",
        address=f"127.0.0.1:{consumer_port}",
        prefix="/r1/DEMO/GOV/Z99.01/BENCH/answers",
        headers=(("X-Road-Client", "DEMO/GOV/Z99.02/PORTAL"),),
        servers=(first, second),
    )


def write_certificates(folder: Path) -> None:
    """Write what the two servers prove themselves with: keys and certificates as gateways have them."""
    authority = make_authority("bench")
    (folder / "authority.crt").write_bytes(authority.certificate_pem)
    for name in ("consumer", "provider"):
        key = make_tls_key()
        identity = f"DEMO/GOV/Z99.01/{name.upper()}"
        certificate = issue_certificate(authority, identity, key.public_der, ["localhost:0"], days=2)
        (folder / f"{name}.key").write_bytes(key.private_pem)
        (folder / f"{name}.crt").write_bytes(certificate)


def start_nginx(children: Children, folder: Path, name: str, server: str, ports: tuple[int, int]) -> Child:
    """Start one nginx with one worker; `ports` are its own and the one that it passes requests on to."""
    # A worker of root's nginx must stay root, or it could not read our folder.
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    own_port, next_port = ports
    configuration = folder / f"{name}.conf"
    configuration.write_text(
        FRAME.format(user=user, folder=folder, name=name, server=server, next_port=next_port, kept=KEPT_CONNECTIONS)
    )
    log = folder / f"{name}.log"
    command = (find_nginx(), "-p", str(folder), "-e", str(log), "-c", str(configuration))
    child = children.start(Program(name, command, log))
    child.require_ready(partial(is_listening, own_port))
    return child


def find_nginx() -> str:
    """Give the path of nginx, which Debian keeps outside of a user's PATH; raises with how to get it."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise BenchError("nginx is not installed: apt-get install nginx-light wrk")
    return found
