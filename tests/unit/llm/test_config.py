"""The `VLLM_*` settings, as one checked object."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from inference.llm.config import Config, from_settings

OK = ("http://127.0.0.1:8000",)


def test_the_settings_become_one_object(settings: Any) -> None:
    settings.VLLM_URLS = ["http://a:8000", "http://b:8000/v1", "http://a:8000"]
    settings.VLLM_API_KEY, settings.VLLM_TIMEOUT = "s3cret", 40.0
    config = from_settings()
    assert config.urls == ("http://a:8000", "http://b:8000")
    assert (config.timeout, config.patience, config.in_flight, config.reserved) == (40.0, 60.0, 64, 8)
    assert "s3cret" not in repr(config)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no scheme": ({"urls": ("vllm:8000",)}, "VLLM_URL"),
    "a file": ({"urls": ("file:///etc/passwd",)}, "VLLM_URL"),
    "no host": ({"urls": ("http://",)}, "VLLM_URL"),
    "a query": ({"urls": ("http://a:8000?x=1",)}, "VLLM_URL"),
    "a password": ({"urls": ("http://me:secret@a:8000",)}, "VLLM_API_KEY"),
    "a port that is none": ({"urls": ("http://a:eight",)}, "VLLM_URL|[Pp]ort"),
    "all reserved": ({"urls": OK, "in_flight": 4, "reserved": 4}, "VLLM_RESERVED"),
    "negative": ({"urls": OK, "reserved": -1}, "VLLM_RESERVED"),
    "no time": ({"urls": OK, "timeout": 0}, "VLLM_TIMEOUT"),
    "certificate without key": ({"urls": ("https://a",), "client_cert_file": __file__}, "go together"),
    "certificate over plain http": ({"urls": OK, "ca_file": __file__}, "https://"),
    "no such file": ({"urls": ("https://a",), "ca_file": "/nowhere/ca.pem"}, "no file"),
}


@pytest.mark.parametrize(("values", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_work_is_said(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Config(**values)


def test_a_wrong_setting_stops_the_start(settings: Any) -> None:
    settings.VLLM_URLS = ["localhost:8000"]
    with pytest.raises(ImproperlyConfigured, match="VLLM_URL must be like"):
        from_settings()
