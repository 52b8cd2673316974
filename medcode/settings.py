"""Settings: one file, driven by the environment, failing early and by name.

Without any configuration this is a demo on one machine: DEBUG is off all the same, the secret
key is made once and kept in the data directory, and PostgreSQL and Redis come from wheels.
"""

from __future__ import annotations

import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from medcode.environment import database_from_url, env, env_bool, env_choice, env_float, env_int

BASE_DIR = Path(__file__).resolve().parent.parent


DATA_DIR = Path(env("MEDCODE_DATA_DIR") or BASE_DIR / ".data").resolve()
PORT = env_int("PORT", 8000)
DEBUG = env_bool("DEBUG")
DEMO = env_bool("MEDCODE_DEMO")


def _secret_key() -> str:
    if key := env("SECRET_KEY"):
        return key
    if env("DATABASE_URL") and not DEMO:
        raise ImproperlyConfigured("SECRET_KEY (or SECRET_KEY_FILE) must be set when DATABASE_URL is.")
    file = DATA_DIR / "secret_key"
    if not file.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return file.read_text(encoding="utf-8")


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = [host for host in env("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in env("CSRF_TRUSTED_ORIGINS").split(",") if origin]

# --- Services -----------------------------------------------------------------------------------

# Commands that never touch a database need not start one.
OFFLINE_COMMANDS = {"collectstatic", "help", "version", "--help", "--version"}


def _services() -> tuple[dict[str, Any], str, str]:
    """The database, the cache's URL and the broker's URL."""
    database_url, redis_url = env("DATABASE_URL"), env("REDIS_URL")
    if database_url and redis_url:
        broker = redis_url.replace("unix://", "redis+socket://", 1)
        return database_from_url(database_url), redis_url, broker
    if OFFLINE_COMMANDS & set(sys.argv[1:2]) or "MEDCODE_NO_SERVICES" in os.environ:
        return {"NAME": "none", "HOST": "/nowhere"}, "redis://127.0.0.1:0", "redis://127.0.0.1:0"
    from medcode import embedded

    services = embedded.ensure(DATA_DIR)
    own = {"NAME": embedded.DATABASE, "USER": embedded.POSTGRES_USER, "HOST": str(services.socket_dir)}
    return (
        database_from_url(database_url) if database_url else own,
        redis_url or services.redis_url,
        redis_url.replace("unix://", "redis+socket://", 1) or services.broker_url,
    )


_database, REDIS_URL, CELERY_BROKER_URL = _services()
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **_database,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,  # actions open their own transactions; a model call must never sit in one
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},  # seconds; a page must not hang on it
    }
}

# --- The model server ---------------------------------------------------------------------------


# One server or several, separated by commas; none means that the built-in coder works alone.
VLLM_URLS = [url.rstrip("/") for url in env("VLLM_URL").split(",") if url]
VLLM_MODEL = env("VLLM_MODEL")  # the served name of the base model; asked of the server when empty
VLLM_API_KEY = env("VLLM_API_KEY")
VLLM_CA_FILE = env("VLLM_CA_FILE")
VLLM_CLIENT_CERT_FILE = env("VLLM_CLIENT_CERT_FILE")  # mTLS: this client's certificate and key
VLLM_CLIENT_KEY_FILE = env("VLLM_CLIENT_KEY_FILE")
VLLM_MODE = env_choice("VLLM_MODE", "constrained", {"free", "constrained", "two-step"})
VLLM_LONG_NOTES = env_choice("VLLM_LONG_NOTES", "cut", {"cut", "windows"})
VLLM_SAMPLES = env_int("VLLM_SAMPLES", 1)  # more than one: self-consistency
VLLM_IN_FLIGHT = env_int("VLLM_IN_FLIGHT", 64)  # requests, over all servers
VLLM_RESERVED = env_int("VLLM_RESERVED", 8)  # of these, kept free for charts that a person waits for
VLLM_PRIORITY = env_bool("VLLM_PRIORITY")  # the server runs with --scheduling-policy priority
VLLM_TIMEOUT = env_float("VLLM_TIMEOUT", 120.0)  # seconds for one request
VLLM_CONTEXT = env_int("VLLM_CONTEXT", 0)  # tokens; asked of the server when 0
CODER_ENGINE = env_choice("CODER_ENGINE", "ensemble" if VLLM_URLS else "builtin", {"builtin", "vllm", "ensemble"})
CODER_FALLBACK = env_bool("CODER_FALLBACK", default=True)  # the built-in coder answers while the server is away
METRICS_TOKEN = env("METRICS_TOKEN")  # for Prometheus; without it only signed-in admins read /metrics
if CODER_ENGINE != "builtin" and not VLLM_URLS:
    raise ImproperlyConfigured(f"CODER_ENGINE={CODER_ENGINE} needs VLLM_URL.")

CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"review.tasks.suggest_codes": {"queue": "inference"}}
CELERY_TASK_IGNORE_RESULT = True  # results would be one more place for PHI
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Publishing is a hint: give up within seconds and leave the rest to the sweeper.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 3}
CELERY_TIMEZONE = env("TIME_ZONE", "UTC")
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "review.tasks.sweep", "schedule": timedelta(seconds=15)},
    "weekly-accuracy-report": {
        "task": "review.tasks.make_weekly_report",
        "schedule": crontab(minute=0, hour=6, day_of_week="monday"),
    },
    "audit-samples": {
        "task": "review.tasks.draw_audit_samples",
        "schedule": crontab(minute=15, hour=6, day_of_week="monday"),
    },
}

# --- The application ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "csp",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "medcode.codebook",
    "inference",
    "review",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "review.middleware.PageMiddleware",
    "review.middleware.ZoneMiddleware",
]

ROOT_URLCONF = "medcode.urls"
WSGI_APPLICATION = "medcode.wsgi.application"
AUTH_USER_MODEL = "review.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "review.context.page",
            ],
        },
    }
]

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = env("TIME_ZONE", "UTC")

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files are served straight from static/ without a collect step. Only who runs `collectstatic`, for nginx, sets a root.
STATIC_ROOT = env("STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- Security -----------------------------------------------------------------------------------

HTTPS = env_bool("HTTPS")
SESSION_COOKIE_NAME = f"medcode_{PORT}"  # two copies on one host keep their own sign-ins
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_NAME = f"medcode_csrf_{PORT}"
CSRF_FAILURE_VIEW = "review.views.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- API ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["review.api.permissions.MaySendCharts"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "review.api.errors.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Medcode API",
    "DESCRIPTION": "Bring charts in, read their suggestions and final codes. Sign in with `Authorization: Token …`.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Logging: names and numbers, never a chart's text ---------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING")},
    "loggers": {
        "medcode": {"level": env("LOG_LEVEL", "INFO")},
        "review": {"level": env("LOG_LEVEL", "INFO")},
        "inference": {"level": env("LOG_LEVEL", "INFO")},
        # Its traceback handler prints local variables into error mails; we answer errors ourselves.
        "django.request": {"level": "ERROR"},
    },
}

# --- The work -----------------------------------------------------------------------------------

CODER_LEASE = timedelta(minutes=20)
SUGGEST_LEASE = timedelta(minutes=2)
SUGGEST_MAX_ATTEMPTS = 3
CODEBOOK_CACHE_DIR = DATA_DIR / "cache"
