"""The flags that docs/serving.md and docker/compose.yaml name, beside vLLM's own. Part of `make verify-llm`."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.verification.llm.server import REAL
from tests.verification.llm.vllm_process import ROOT, VENV

VLLM = VENV / "bin/vllm"
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]+")
OTHERS = {"--profile", "--help", "--pidfile", "--loglevel", "--appendonly", "--save"}  # of other programs

pytestmark = pytest.mark.skipif(not (REAL and VLLM.exists()), reason="Only `make verify-llm` has a vLLM.")


def test_every_flag_that_we_name_exists() -> None:
    shown = subprocess.run([VLLM, "serve", "--help=all"], capture_output=True, text=True, check=True, timeout=300)
    known = set(FLAG.findall(shown.stdout)) | OTHERS

    for file in ("docs/serving.md", "docker/compose.yaml"):
        named = set(FLAG.findall((ROOT / file).read_text()))
        assert named - known == set(), file
