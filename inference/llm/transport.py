"""One HTTP session to all model servers: kept connections, TLS, and a bound on what is read."""

from __future__ import annotations

import ssl

import aiohttp

from inference.llm.config import Config
from inference.llm.dialect import NotJsonError

# vLLM closes a connection after five idle seconds; closing first spares a request that dies on the way.
KEEP_ALIVE = 4.0


def open_session(config: Config) -> aiohttp.ClientSession:
    """To be called in the event loop that uses it.

    Nothing comes from the environment: a proxy named there would read charts. No cookies, no compressed answers (a
    small body that unpacks to gigabytes), and no limit on connections, as the lanes bound the requests.
    """
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if config.api_key:
        headers["Authorization"] = f"Bearer {config.api_key}"
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE, ssl=tls(config) or True),
        timeout=aiohttp.ClientTimeout(total=config.timeout, sock_connect=config.connect_timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
        trust_env=False,
        auto_decompress=False,
    )


def tls(config: Config) -> ssl.SSLContext | None:
    """Trusts the given CA only, and shows the client's certificate (mTLS). None: the system's CAs, no certificate."""
    if not config.ca_file and not config.client_cert_file:
        return None
    context = ssl.create_default_context(cafile=config.ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if config.client_cert_file:
        context.load_cert_chain(config.client_cert_file, config.client_key_file)
    return context


async def read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body. Raises `NotJsonError` beyond `most` bytes, without reading on."""
    if (response.content_length or 0) > most:
        response.close()
        raise NotJsonError("The model server's answer is too long.")
    parts, size = [], 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > most:
            response.close()
            raise NotJsonError("The model server's answer is too long.")
    return parts[0] if len(parts) == 1 else b"".join(parts)
