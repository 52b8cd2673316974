"""The embedded servers: shared by processes, stopped by the last one, never left over by a killed one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from medcode.embedded import DATABASE, POSTGRES_USER, Services

PROGRAM = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from medcode import embedded

    embedded.ensure(Path(sys.argv[1]))
    print("up", flush=True)
    sys.stdin.read()
    """
)


def start(data_dir: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "MEDCODE_NO_SERVICES": "1"},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def stop(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)
    assert process.returncode == 0


def answers(services: Services) -> tuple[bool, bool]:
    """Whether PostgreSQL and the Redis-protocol server answer."""
    try:
        with psycopg.connect(host=str(services.socket_dir), user=POSTGRES_USER, dbname=DATABASE) as connection:
            connection.execute("SELECT 1")
        postgres = True
    except psycopg.OperationalError:
        postgres = False
    try:
        with redis.Redis(unix_socket_path=str(services.redis_socket), retry=Retry(NoBackoff(), 0)) as client:
            broker = bool(client.ping())
    except redis.RedisError:
        broker = False
    return postgres, broker


def test_the_first_process_starts_them_and_the_last_one_stops_them(tmp_path: Path) -> None:
    services = Services(tmp_path)
    first, second = start(tmp_path), start(tmp_path)
    assert answers(services) == (True, True)
    stop(first)
    assert answers(services) == (True, True)
    stop(second)
    assert answers(services) == (False, False)


def test_data_outlives_the_servers(tmp_path: Path) -> None:
    services = Services(tmp_path)
    process = start(tmp_path)
    with psycopg.connect(host=str(services.socket_dir), user=POSTGRES_USER, dbname=DATABASE) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    stop(process)
    process = start(tmp_path)
    with psycopg.connect(host=str(services.socket_dir), user=POSTGRES_USER, dbname=DATABASE) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    stop(process)


def test_a_killed_process_leaves_nothing_that_the_next_one_cannot_clear(tmp_path: Path) -> None:
    services = Services(tmp_path)
    process = start(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert answers(services) == (True, True), "nobody was left to stop them"
    stop(start(tmp_path))
    assert answers(services) == (False, False)


@pytest.mark.parametrize("depth", [1, 40])
def test_sockets_have_short_paths_however_deep_the_data_is(depth: int) -> None:
    services = Services(Path("/srv").joinpath(*["deep"] * depth))
    assert len(str(services.redis_socket)) < 100
