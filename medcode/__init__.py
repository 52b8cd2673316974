"""The project: wiring, and the vocabulary that everything shares."""

from medcode.celery import app as celery_app

__all__ = ["celery_app"]
