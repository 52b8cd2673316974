"""Something that is not even HTTP, or bends it: whatever it sends, the caller gets one of our errors."""

from __future__ import annotations

import asyncio

import pytest

from inference.llm.client import Client
from inference.llm.errors import BadAnswerError, ServerAwayError
from tests.unit.llm.asking import config, question

OK = b"HTTP/1.1 200 OK\r\n"

ODD = {
    "hangs up": b"",
    "zeros": b"\x00" * 1000,
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "length is a word": OK + b"Content-Length: abc\r\n\r\n{}",
    "length is negative": OK + b"Content-Length: -1\r\n\r\n{}",
    "less than promised": OK + b"Content-Length: 500\r\n\r\n{}",
    "bad chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nab\r\n0\r\n\r\n",
    "cut chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nab",
    "length and chunks": OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "endless header": OK + b"X: " + b"a" * 1_000_000,
    "header not ascii": OK + b"X-\xff\xfe: \xff\r\nContent-Length: 0\r\n\r\n",
    "status 999": b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
    "status is a word": b"HTTP/1.1 fine OK\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    "asks for a password": b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
    "an absurd wait": b"HTTP/1.1 503 No\r\nRetry-After: Fri, 99 Foo 99999 99:99:99 GMT\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("sent", ODD.values(), ids=ODD.keys())
def test_bent_http_is_an_error_of_ours(sent: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(sent)
        try:
            await writer.drain()
        finally:
            writer.close()

    async def scenario() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        client = Client(config(urls=(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}",), attempts=2))
        try:
            with pytest.raises((ServerAwayError, BadAnswerError)):
                await client.ask(question())
            assert client.state()[0].in_flight == 0
        finally:
            await client.close()
            server.close()
            await server.wait_closed()

    asyncio.run(scenario())
