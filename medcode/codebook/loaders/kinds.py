"""Everything that `manage.py load_codes` can load, by the name that people type."""

from __future__ import annotations

from medcode.codebook.loaders import (
    add_on,
    conversion,
    cpt,
    hcc,
    hcpcs,
    icd10cm,
    icd10pcs,
    indexes,
    ncci_mue,
    ncci_ptp,
    poa,
    weights,
)
from medcode.codebook.loaders.job import BookKind, TableKind
from medcode.codebook.models import (
    AddOn,
    CodeSystem,
    Conversion,
    DrgWeight,
    HccMapping,
    IndexEntry,
    Mue,
    PoaExempt,
    PtpEdit,
    Table,
)

CM_INDEX, PCS_INDEX = "ICD10CM.index", "ICD10PCS.index"
PTP_COLUMNS = ("column1", "column2", "effective", "deleted", "modifier_indicator", "rationale")
WEIGHT_COLUMNS = (
    "drg", "mdc", "kind", "title", "weight",
    "geometric_mean_stay", "arithmetic_mean_stay", "post_acute", "special_pay",
)  # fmt: skip

BOOKS = (
    BookKind(
        "icd10cm",
        CodeSystem.ICD10CM,
        icd10cm.wanted,
        "icd10cm_order_20XX.txt or icd10cm_tabular_20XX.xml",
        85_000,
        "fiscal",
        icd10cm.read_official,
    ),
    BookKind(
        "icd10pcs",
        CodeSystem.ICD10PCS,
        icd10pcs.wanted,
        "icd10pcs_order_20XX.txt or icd10pcs_tables_20XX.xml",
        70_000,
        "fiscal",
        icd10pcs.read,
    ),
    BookKind(
        "hcpcs", CodeSystem.HCPCS, hcpcs.wanted, "HCPC20XX_…_ANWEB.txt", 5_000, "calendar", hcpcs.read
    ),
    BookKind("cpt", CodeSystem.CPT, cpt.wanted, "LONGULT.txt or SHORTU.txt", 8_000, "calendar", cpt.read),
)  # fmt: skip


def _index(name: str, table: Table, what: str, minimum: int) -> TableKind:
    columns = name in ("neoplasms", "drugs")
    root = PCS_INDEX if name == "pcs-index" else CM_INDEX
    found = {
        "index": indexes.wanted_index,
        "external-index": indexes.wanted("eindex", "e-index"),
        "neoplasms": indexes.wanted("neoplasm"),
        "drugs": indexes.wanted("drug"),
        "pcs-index": indexes.wanted("pcs_index", "pcs-index"),
    }[name]
    read = indexes.rows_of(root, columns)
    return TableKind(name, table, found, what, minimum, "fiscal", IndexEntry, indexes.COLUMNS, read)


TABLES = (
    _index("index", Table.INDEX, "icd10cm_index_20XX.xml", 40_000),
    _index("external-index", Table.EXTERNAL_INDEX, "icd10cm_eindex_20XX.xml", 4_000),
    _index("neoplasms", Table.NEOPLASMS, "icd10cm_neoplasm_20XX.xml", 800),
    _index("drugs", Table.DRUGS, "icd10cm_drug_20XX.xml", 4_000),
    _index("pcs-index", Table.PCS_INDEX, "icd10pcs_index_20XX.xml", 5_000),
    TableKind(
        "poa-exempt", Table.POA_EXEMPT, poa.wanted, "POAexemptCodesFYXX.txt", 20_000, "fiscal",
        PoaExempt, ("code",), poa.rows,
    ),
    TableKind(
        "drg-weights", Table.DRG_WEIGHTS, weights.wanted, "CMS Table 5 (.txt or .xlsx)", 700, "fiscal",
        DrgWeight, WEIGHT_COLUMNS, weights.rows,
    ),
    TableKind(
        "hcc", Table.HCC, hcc.wanted, "20XX … ICD-10-CM Mappings (.csv or .xlsx)", 5_000, "payment",
        HccMapping, ("code", "hcc"), hcc.rows, ("V28", "V24"),
    ),
    TableKind(
        "ncci-ptp", Table.NCCI_PTP, ncci_ptp.wanted, "ccipra-v…-f1.txt or ccioph-v…-f1.txt", 100_000, "quarter",
        PtpEdit, PTP_COLUMNS, ncci_ptp.rows, ("practitioner", "outpatient"), resumable=True,
    ),
    TableKind(
        "ncci-mue", Table.NCCI_MUE, ncci_mue.wanted, "MCR_MUE_….csv or .xlsx", 1_000, "quarter",
        Mue, ("code", "units", "indicator", "rationale"), ncci_mue.rows, ("practitioner", "outpatient", "dme"),
    ),
    TableKind(
        "add-on", Table.ADD_ON, add_on.wanted, "AOC_V20XXQX-MCR.txt or .xlsx", 1_000, "quarter",
        AddOn, ("code", '"primary"', "kind", "effective", "deleted"), add_on.rows,
    ),
    TableKind(
        "conversion", Table.CONVERSION, conversion.wanted, "a conversion table or GEM (.txt or .xlsx)", 1_000, "",
        Conversion, ("source", "target", "effective", "note"), conversion.rows, conversion.VARIANTS,
    ),
)  # fmt: skip

KINDS: dict[str, BookKind | TableKind] = {kind.name: kind for kind in (*BOOKS, *TABLES)}
