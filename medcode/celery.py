"""The Celery application. Tasks carry an id and nothing else; PostgreSQL is the truth."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medcode.settings")

app = Celery("medcode")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def load_engine(**kwargs: Any) -> None:
    """Load the engine before the pool forks, so that its memory is shared and the first chart need not wait.

    Frozen objects are left alone by the garbage collector, which would otherwise write to every page of them in
    every child, and so copy it.

    Without a loaded release there is nothing to share; each chart then says so itself.
    """
    from django.db import connections
    from django.utils import timezone

    from medcode.codebook import grouping
    from medcode.codebook.lookup import CodebookEmptyError
    from review import engines

    today = timezone.localdate()
    try:
        engines.builtin(today).warm_up()
        grouping.severity("I10", today)  # any code: it loads the grouper's tables, which inpatients' DRGs need
        gc.collect()
        gc.freeze()
    except CodebookEmptyError:
        pass
    finally:
        connections.close_all()  # a forked child must not inherit an open connection
