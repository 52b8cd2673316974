"""The database itself refuses to change or remove what was decided."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from review.actions import deciding
from review.models import AuditEvent, Decision
from tests.factories import World


@pytest.mark.parametrize("model", [Decision, AuditEvent])
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET id = id", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_update_delete_and_truncate_fail(
    world: World, model: type[Decision] | type[AuditEvent], statement: str
) -> None:
    deciding.accept(world.suggestion, by=world.coder)
    before = model.objects.count()
    sql = statement.format(table=model._meta.db_table)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        # A real deletion would run into the triggers when the constraints are checked, too: ask at once.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)
    assert model.objects.count() == before > 0


def test_the_orm_is_refused_as_well(world: World) -> None:
    decision = deciding.reject(world.suggestion, by=world.coder, reason="negated")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(comment="changed")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        decision.delete()
