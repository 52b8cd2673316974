"""Files that are refused, whatever they claim to be, and the command around it all."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import files_at
from medcode.codebook.models import Code, Release
from tests.integration.codebook.loading import FOLDER, command, load, rewritten

pytestmark = pytest.mark.django_db
ORDER, TABULAR = "icd10cm_order_2026.txt", "icd10cm_tabular_2026.xml"
DATES = ("--from", "2025-10-01", "--to", "2026-03-31", "--allow-small")


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def order_zip(folder: Path) -> Path:
    return zipped(folder / "codes.zip", **{f"inner/{ORDER}": (FOLDER / ORDER).read_bytes()})


def test_a_zip_is_read_as_downloaded(tmp_path: Path) -> None:
    said = command("icd10cm", str(order_zip(tmp_path)), "--release", "zipped", *DATES)
    assert "ICD-10-CM zipped: loaded in" in said
    assert "billable codes: 3" in said


def test_loading_again_says_so_and_changes_nothing(tmp_path: Path) -> None:
    path = str(order_zip(tmp_path))
    command("icd10cm", path, "--release", "zipped", *DATES)
    before = list(Code.objects.filter(release__name="zipped").values_list("pk", flat=True))
    assert "already loaded; nothing changed" in command("icd10cm", path, "--release", "zipped", *DATES)
    assert list(Code.objects.filter(release__name="zipped").values_list("pk", flat=True)) == before


def test_other_content_under_the_same_name_is_refused(tmp_path: Path) -> None:
    load("icd10cm", ORDER, folder=tmp_path)
    rewritten(tmp_path, ORDER, "in the words", "in other words")
    with pytest.raises(CodebookFileError, match=r"with other content\. Load this file under another --release"):
        load("icd10cm", folder=tmp_path)


def test_a_second_release_from_the_same_day_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    load("icd10cm", ORDER, folder=tmp_path)
    with pytest.raises(CodebookFileError, match="begins on 2025-10-01 too"):
        load("icd10cm", TABULAR, folder=tmp_path, release="another")
    assert not Release.objects.filter(name="another").exists()


def test_a_part_of_a_file_is_refused_unless_asked_for(tmp_path: Path) -> None:
    path = str(order_zip(tmp_path))
    with pytest.raises(CommandError, match="Only 5 codes; a whole file has at least 85,000"):
        command("icd10cm", path, "--release", "part", "--from", "2025-10-01")


def test_the_command_asks_for_what_is_missing() -> None:
    with pytest.raises(CommandError, match="needs a PATH, --release and --from"):
        command("icd10cm")
    with pytest.raises(CommandError, match="no such file or folder"):
        command("icd10cm", "/nowhere", "--release", "x", *DATES)
    with pytest.raises(CommandError, match="takes no file"):
        command("packaged", "/nowhere")


def test_an_end_before_the_beginning_is_refused(tmp_path: Path) -> None:
    arguments = ("--release", "x", "--from", "2026-01-01", "--to", "2025-01-01")
    with pytest.raises(CommandError, match="lies before"):
        command("icd10cm", str(order_zip(tmp_path)), *arguments)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("../icd10cm_order_2026.txt", b"x", "leads out of the archive"),
        ("/etc/icd10cm_order_2026.txt", b"x", "leads out of the archive"),
        ("C:\\icd10cm_order_2026.txt", b"x", "leads out of the archive"),
        ("icd10cm_order.zip", b"x", "an archive within an archive"),
        ("icd10cm_order_2026.txt", b" " * 8_000_000, "a zip bomb"),
    ],
    ids=["climbs", "absolute", "drive", "nested", "bomb"],
)
def test_dangerous_zips_are_refused(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(CodebookFileError, match=sentence):
        files_at(zipped(tmp_path / "bad.zip", **{name: content}))


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = order_zip(tmp_path)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag in the directory
    path.write_bytes(data)
    with pytest.raises(CodebookFileError, match="is encrypted"):
        files_at(path)


def test_a_cut_off_zip_is_refused(tmp_path: Path) -> None:
    path = order_zip(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(CodebookFileError, match="not a zip, or cut off"):
        files_at(path)


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    path = order_zip(tmp_path)
    data = bytearray(path.read_bytes())
    data[120] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(CommandError, match="damaged or cut off"):
        command("icd10cm", str(path), "--release", "x", *DATES)


XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("doctype", [XXE, LAUGHS], ids=["external entity", "billion laughs"])
def test_xml_with_entities_is_refused(tmp_path: Path, doctype: str) -> None:
    rewritten(tmp_path, TABULAR, "<ICD10CM.tabular>", f"{doctype}<ICD10CM.tabular>")
    with pytest.raises(CodebookFileError, match="declares a document type or entities"):
        load("icd10cm", folder=tmp_path)


def test_unclosed_xml_is_refused(tmp_path: Path) -> None:
    rewritten(tmp_path, TABULAR, "</section></chapter></ICD10CM.tabular>", "")
    with pytest.raises(CodebookFileError, match="not whole, well-formed XML"):
        load("icd10cm", folder=tmp_path)


def test_a_nul_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    rewritten(tmp_path, ORDER, "Open wound", "Open\0wound")
    with pytest.raises(CodebookFileError, match="line 5: a NUL byte"):
        load("icd10cm", folder=tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_all_encodings_in_use_are_read(tmp_path: Path, encoding: str) -> None:
    text = (FOLDER / ORDER).read_text(encoding="utf-8").replace("Open wound", "Ménière’s ")
    (tmp_path / ORDER).write_bytes(text.encode(encoding))
    edition = load("icd10cm", folder=tmp_path).edition
    assert Code.objects.get(release_id=edition.pk, code="S01").title.startswith("Ménière’s  of head")


def test_two_releases_in_one_folder_are_refused(tmp_path: Path) -> None:
    shutil.copy(FOLDER / ORDER, tmp_path / "icd10cm_order_copy.txt")
    with pytest.raises(CodebookFileError, match="More than one release is there"):
        load("icd10cm", ORDER, folder=tmp_path)


def test_a_folder_without_the_file_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(CodebookFileError, match=r"Looked for icd10cm_order_20XX\.txt"):
        load("icd10cm", "LONGULT.txt", "SHORTU.txt", folder=tmp_path)
