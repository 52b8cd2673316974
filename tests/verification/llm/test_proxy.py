"""docker/llm-proxy.conf.template in a real nginx: who gets in, and how far. Part of `make verify-llm`."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from inference.llm import adapters
from inference.llm.client import Client
from inference.llm.errors import ServerAwayError
from inference.llm.wire import Message, Request
from tests.verification.llm.conftest import Ask
from tests.verification.llm.server import API_KEY, REAL, Server
from tests.verification.llm.vllm_process import ROOT, free_port

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
ALLOWED = {
    ("GET", "/health"),
    ("GET", "/v1/models"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/tokenize"),
    ("POST", "/v1/load_lora_adapter"),
    ("POST", "/v1/unload_lora_adapter"),
}
# All that vLLM 0.32 lists when it starts, and ways to spell them that an allow-list may miss.
CLOSED = [
    "/adapters",
    "/detokenize",
    "/docs",
    "/generative_scoring",
    "/inference/v1/abort_requests",
    "/inference/v1/generate",
    "/invocations",
    "/is_scaling_elastic_ep",
    "/kv_event_sources",
    "/load",
    "/metrics",
    "/openapi.json",
    "/ping",
    "/redoc",
    "/scale_elastic_ep",
    "/v1/chat/completions/batch",
    "/v1/chat/completions/render",
    "/v1/completions",
    "/v1/messages",
    "/v1/responses",
    "/version",
    "/v1/models/",
    "/v1/models/../completions",
    "/v1/models%2f..%2f..%2fmetrics",
    "/V1/MODELS",
    "/health/../metrics",
    "/%2e%2e/metrics",
    "/pause",
    "/sleep",
    "/update_weights",
    "/v1/chat/completions;/../../metrics",
]

pytestmark = pytest.mark.skipif(
    not NGINX or not (REAL or os.environ.get("MEDCODE_TRY_PROXY")), reason="Only `make verify-llm` runs nginx."
)


@dataclass(frozen=True, slots=True)
class Proxy:
    port: int
    certificates: Path

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def files(self) -> dict[str, str]:
        client = self.certificates / "client"
        named = {"ca_file": "ca.pem", "client_cert_file": "client.pem", "client_key_file": "client.key"}
        return {name: str(client / file) for name, file in named.items()}

    def status(self, method: str, path: str, *, certificate: bool = True) -> int:
        return self.answer(method, path, certificate=certificate)[0]

    def answer(self, method: str, path: str, *, certificate: bool = True) -> tuple[int, bytes]:
        """Status and body. Raises `OSError` where TLS comes to nothing."""
        context = ssl.create_default_context(cafile=self.files["ca_file"])
        if certificate:
            context.load_cert_chain(self.files["client_cert_file"], self.files["client_key_file"])
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=context)
        try:
            headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
            connection.request(method, path, body="{}" if method == "POST" else None, headers=headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def proxy(running: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    subprocess.run(
        [ROOT / "docker/make-certificates.sh", folder / "certificates", "127.0.0.1"], check=True, timeout=60
    )
    made = Proxy(free_port(), folder / "certificates")
    configuration = _configuration(folder, made, urlsplit(running.url).netloc)
    command = [str(NGINX), "-e", "stderr", "-c", str(configuration), "-p", str(folder)]
    subprocess.run([*command, "-t"], check=True, timeout=60)
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        _wait_for(made.port)
        yield made
    finally:
        process.terminate()
        process.wait(10)


def _configuration(folder: Path, proxy: Proxy, backend: str) -> Path:
    """As nginx's image makes it: the template with its variables filled in, inside `http`."""
    values = {
        "LLM_PROXY_LISTEN": f"127.0.0.1:{proxy.port}",
        "LLM_PROXY_RESOLVER": "127.0.0.1",
        "LLM_PROXY_BACKEND": backend,
        "LLM_PROXY_CERTIFICATES": str(proxy.certificates / "proxy"),
    }
    template = (ROOT / "docker/llm-proxy.conf.template").read_text()
    server = re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], template)
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy"))
    file = folder / "nginx.conf"
    file.write_text(f"pid {folder}/pid;\nevents {{}}\nhttp {{ {temporary}\n{server}\n}}\n")
    return file


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("nginx does not listen.")


def through(server: Server, proxy: Proxy, **changes: Any) -> dict[str, Any]:
    return {"urls": (proxy.url,), **proxy.files, **changes}


def test_the_coder_works_through_the_proxy(server: Server, using: Ask, proxy: Proxy) -> None:
    request = Request(messages=(Message("user", "Note. " * 200),), model=server.model, max_tokens=4)

    async def scenario(client: Client) -> tuple[int, int, int]:
        if server.adapters:
            await adapters.load(client, "coding", server.adapters["coding"])
        models = len(await client.models())
        answer = await client.ask(request)
        counted = await client.count_tokens(request.messages, server.model)
        await adapters.unload(client, "coding")
        return models, counted, answer.usage.prompt

    models, counted, prompt = using(scenario, **through(server, proxy))

    assert models == (2 if server.adapters else 1)
    assert counted == prompt


def test_without_a_certificate_nobody_gets_in(proxy: Proxy) -> None:
    try:
        status = proxy.status("GET", "/health", certificate=False)
    except OSError:
        return  # the handshake failed
    assert status == 400


def test_a_client_without_certificate_learns_that_the_server_is_away(server: Server, using: Ask, proxy: Proxy) -> None:
    only_ca = {"urls": (proxy.url,), "ca_file": proxy.files["ca_file"]}
    request = Request(messages=(Message("user", "Note."),), model=server.model, max_tokens=1)

    with pytest.raises(ServerAwayError):
        using(lambda client: client.ask(request), patience=2.0, **only_ca)


def test_a_client_refuses_a_proxy_of_another_ca(server: Server, using: Ask, proxy: Proxy, tmp_path: Path) -> None:
    subprocess.run([ROOT / "docker/make-certificates.sh", tmp_path / "other", "127.0.0.1"], check=True, timeout=60)
    request = Request(messages=(Message("user", "Note."),), model=server.model, max_tokens=1)
    other = Proxy(proxy.port, tmp_path / "other")

    with pytest.raises(ServerAwayError):
        using(lambda client: client.ask(request), patience=2.0, **through(server, other))


def test_plain_text_is_refused(proxy: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=30)
    connection.request("GET", "/health")

    assert connection.getresponse().status == 400
    connection.close()


@pytest.mark.parametrize(("method", "path"), sorted(ALLOWED))
def test_what_the_coder_needs_passes(proxy: Proxy, method: str, path: str) -> None:
    status, body = proxy.answer(method, path)

    # An empty question is vLLM's to refuse, in its own way; the proxy's refusals are signed.
    assert status < 500
    assert b"nginx" not in body


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_else_passes(proxy: Proxy, method: str, path: str) -> None:
    assert proxy.status(method, path) in {400, 404}


@pytest.mark.parametrize(("method", "path"), sorted(ALLOWED))
def test_an_open_path_takes_one_method_only(proxy: Proxy, method: str, path: str) -> None:
    others = {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"} - {method}

    assert {proxy.status(other, path) for other in others} == {405}
