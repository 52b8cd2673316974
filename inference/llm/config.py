"""Where the model servers are and how hard to try: everything from the `VLLM_*` settings, checked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Times are in seconds. Raises `ValueError` for what cannot work; `from_settings` says which setting it is.

    `patience` bounds one question with all its retries, not the wait for a free slot.
    """

    urls: tuple[str, ...]
    model: str = ""
    api_key: str = field(default="", repr=False)
    ca_file: str = ""
    client_cert_file: str = ""
    client_key_file: str = ""
    mode: str = "constrained"
    long_notes: str = "cut"
    samples: int = 1
    in_flight: int = 64
    reserved: int = 8
    priority: bool = False
    timeout: float = 120.0
    context: int = 0

    connect_timeout: float = 3.0
    patience: float = 180.0
    attempts: int = 4
    backoff: float = 0.5  # the first wait lies between 0 and this, each further one may be twice as long …
    backoff_most: float = 8.0  # … up to this
    retry_after_most: float = 30.0  # a server that asks for more than this counts as away
    breaker_failures: int = 5
    breaker_wait: float = 2.0
    breaker_wait_most: float = 30.0
    max_answer: int = 8_000_000  # bytes

    def __post_init__(self) -> None:
        for url in self.urls:
            _check_url(url, tls_only=bool(self.ca_file or self.client_cert_file))
        if self.in_flight < 1 or not 0 <= self.reserved < self.in_flight:
            raise ValueError("VLLM_RESERVED must be less than VLLM_IN_FLIGHT, or the backlog never gets a turn.")
        if self.timeout <= 0:
            raise ValueError("VLLM_TIMEOUT must be more than 0 seconds.")
        if bool(self.client_cert_file) != bool(self.client_key_file):
            raise ValueError("VLLM_CLIENT_CERT_FILE and VLLM_CLIENT_KEY_FILE go together.")
        for file in filter(None, (self.ca_file, self.client_cert_file, self.client_key_file)):
            if not Path(file).is_file():
                raise ValueError(f"There is no file {file}.")


def from_settings() -> Config:
    """Raises `ImproperlyConfigured`."""
    try:
        return Config(
            urls=tuple(dict.fromkeys(_root(url) for url in settings.VLLM_URLS)),
            model=settings.VLLM_MODEL,
            api_key=settings.VLLM_API_KEY,
            ca_file=settings.VLLM_CA_FILE,
            client_cert_file=settings.VLLM_CLIENT_CERT_FILE,
            client_key_file=settings.VLLM_CLIENT_KEY_FILE,
            mode=settings.VLLM_MODE,
            long_notes=settings.VLLM_LONG_NOTES,
            samples=settings.VLLM_SAMPLES,
            in_flight=settings.VLLM_IN_FLIGHT,
            reserved=settings.VLLM_RESERVED,
            priority=settings.VLLM_PRIORITY,
            timeout=settings.VLLM_TIMEOUT,
            context=settings.VLLM_CONTEXT,
            patience=1.5 * settings.VLLM_TIMEOUT,
        )
    except ValueError as error:
        raise ImproperlyConfigured(f"The model server's settings do not work: {error}") from error


def _root(url: str) -> str:
    """Without the "/v1" that other clients want at the end."""
    return url.strip().rstrip("/").removesuffix("/v1").rstrip("/")


def _check_url(url: str, *, tls_only: bool) -> None:
    parts = urlsplit(url)
    plain = parts.hostname and not parts.query and not parts.fragment and _has_good_port(url)
    if parts.scheme not in {"http", "https"} or not plain:
        raise ValueError("VLLM_URL must be like https://host:8000, or several of these separated by commas.")
    if parts.username or parts.password:
        raise ValueError("VLLM_URL must not hold a password; that is what VLLM_API_KEY is for.")
    if tls_only and parts.scheme != "https":
        raise ValueError("With VLLM_CA_FILE or a client certificate every VLLM_URL must start with https://.")


def _has_good_port(url: str) -> bool:
    """A number, or left out."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
