"""The process's one client, on an event loop in a thread of its own, for asynchronous and synchronous callers alike.

Made when first needed, closed at exit. After a fork the child makes its own: sockets and threads cannot be shared.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import selectors
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection

from inference.llm.client import Client
from inference.llm.config import from_settings
from inference.models import Adapter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Session:
    client: Client
    loop: asyncio.AbstractEventLoop
    thread: threading.Thread
    selector: selectors.BaseSelector


_lock = threading.Lock()
_session: _Session | None = None
_of_the_parent: list[_Session] = []


def client() -> Client:
    """Only to be used on `loop()`. Raises `ImproperlyConfigured`."""
    return _current().client


def loop() -> asyncio.AbstractEventLoop:
    return _current().loop


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it on the session's loop and wait. Interrupted, it takes the coroutine along."""
    try:
        session = _current()
        if threading.current_thread() is session.thread:
            raise RuntimeError("On the session's own loop this would wait for itself: await the coroutine instead.")
    except BaseException:
        coroutine.close()
        raise
    future = asyncio.run_coroutine_threadsafe(coroutine, session.loop)
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


def reset() -> None:
    """Close the client and stop the thread; the next use starts anew, with the settings as they are then."""
    global _session
    with _lock:
        session, _session = _session, None
    if session is None:
        return
    asyncio.run_coroutine_threadsafe(_close(session.client), session.loop).result(10)
    session.loop.call_soon_threadsafe(session.loop.stop)
    session.thread.join(10)
    session.loop.close()


def _current() -> _Session:
    global _session
    if _session is None:
        with _lock:
            _session = _session or _start()
    return _session


def _start() -> _Session:
    new_client = Client(from_settings(), adapter_path=adapter_path)
    selector = selectors.DefaultSelector()
    new_loop = asyncio.SelectorEventLoop(selector)
    thread = threading.Thread(target=new_loop.run_forever, name="model-server", daemon=True)
    thread.start()
    return _Session(new_client, new_loop, thread, selector)


async def _close(closing: Client) -> None:
    """Cancel what is still asking, then close the connections."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await closing.close()


def adapter_path(name: str) -> str | None:
    """Where a registered adapter lies on the servers. Closes its connection: it runs in a thread of a pool."""
    try:
        return Adapter.objects.filter(name=name).values_list("path", flat=True).first()
    finally:
        connection.close()


def _leave_to_the_parent() -> None:
    """The child's copy must not be closed, nor collected, which closes it too.

    Parent and child share one epoll instance: what the child takes out of it, the parent no longer hears of, and
    waits for an answer until its time is up. So the child shuts its own end of it first.
    """
    global _session, _lock
    if _session:
        _session.selector.close()
        _of_the_parent.append(_session)
    _session, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_leave_to_the_parent)
atexit.register(reset)
