"""TLS with a certificate on both sides: who has none, or one from elsewhere, is refused; so is plain HTTP."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.llm.errors import ServerAwayError
from tests.fake_llm import FakeLlm
from tests.unit.llm.asking import config, question, using


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_authority(at: Path, name: str) -> None:
    key, certificate = str(at / f"{name}.key"), str(at / f"{name}.pem")
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    usage = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]
    openssl(*new, *usage, "-subj", f"/CN={name}", "-keyout", key, "-out", certificate)


def make_certificate(at: Path, name: str, authority: str) -> None:
    request, extensions = str(at / f"{name}.csr"), at / f"{name}.ext"
    extensions.write_text("subjectAltName=IP:127.0.0.1\n", encoding="ascii")
    new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl(*new, "-subj", f"/CN={name}", "-keyout", str(at / f"{name}.key"), "-out", request)
    signer = ["-CA", str(at / f"{authority}.pem"), "-CAkey", str(at / f"{authority}.key"), "-CAcreateserial"]
    openssl("x509", "-req", "-in", request, *signer, "-days", "2", "-extfile", str(extensions),
            "-out", str(at / f"{name}.pem"))  # fmt: skip


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities, a server's certificate, and a client's from each authority."""
    at = tmp_path_factory.mktemp("pki")
    for authority in ("hospital", "elsewhere"):
        make_authority(at, authority)
    make_certificate(at, "server", "hospital")
    make_certificate(at, "worker", "hospital")
    make_certificate(at, "stranger", "elsewhere")
    return at


@pytest.fixture
def secure(pki: Path) -> Iterator[FakeLlm]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pki / "hospital.pem"))
    context.load_cert_chain(pki / "server.pem", pki / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED
    with FakeLlm(tls=context) as fake:
        yield fake


def files(pki: Path, authority: str, client: str) -> dict[str, str]:
    own = {"client_cert_file": str(pki / f"{client}.pem"), "client_key_file": str(pki / f"{client}.key")}
    return {"ca_file": str(pki / f"{authority}.pem"), **(own if client else {})}


def test_with_the_right_certificates_questions_are_answered(secure: FakeLlm, pki: Path) -> None:
    settings = config(secure, **files(pki, "hospital", "worker"))
    assert using(settings, lambda client: client.ask(question())).samples[0].text == "ok"


@pytest.mark.parametrize(
    ("authority", "client"),
    [("hospital", ""), ("hospital", "stranger"), ("elsewhere", "worker")],
    ids=["no certificate", "a stranger's certificate", "a server of another authority"],
)
def test_with_anything_else_no_question_gets_through(secure: FakeLlm, pki: Path, authority: str, client: str) -> None:
    settings = config(secure, attempts=2, **files(pki, authority, client))
    with pytest.raises(ServerAwayError):
        using(settings, lambda client: client.ask(question()))
    assert secure.calls == []


def test_a_server_of_an_unknown_authority_is_not_trusted(secure: FakeLlm) -> None:
    with pytest.raises(ServerAwayError, match="Certificate"):
        using(config(secure, attempts=1), lambda client: client.ask(question()))
    assert secure.calls == []


def test_plain_http_to_a_tls_port_gets_nowhere(secure: FakeLlm) -> None:
    plain = config(urls=(secure.url.replace("https", "http"),), attempts=1)
    with pytest.raises(ServerAwayError):
        using(plain, lambda client: client.ask(question()))
    assert secure.calls == []
