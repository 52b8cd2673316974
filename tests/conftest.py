"""What all tests share: the code book in the test database, the `world`, and rows that really commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from medcode.codebook.loaders import packaged
from medcode.codebook.loaders.progress import Meter
from tests.factories import World, make_world


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """A test database for each process, with the code book less what costs seconds; nothing in the tests changes it.

    pytest-django's own makes one only where a collected test carries its mark: tests with `committed`, run alone,
    would empty the tables of whoever starts them.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        load(slow=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def procedure_codes(db: None) -> None:
    """ICD-10-PCS besides, for one test: others count on its not being there."""
    load(slow=True)


def load(*, slow: bool) -> None:
    for part in packaged.parts():
        if part.slow is slow:
            part.load(Meter(None))


@pytest.fixture(autouse=True)
def _fast_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db: None) -> World:
    """One account per role and two charts with suggestions, made through the actions."""
    return make_world()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database in which transactions really commit, for tests of concurrency and of what a commit triggers.

    Django's own way is to truncate every table afterwards, which would take the code book along, and
    which the append-only tables refuse. So this empties the people's tables with triggers switched
    off, as only the owner of the database can.
    """
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables "
                "WHERE schemaname = 'public' AND tablename ~ '^(review|inference|authtoken|django_session)'"
            )
            cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} CASCADE")
            cursor.execute("SET session_replication_role = DEFAULT")
        connection.close()
