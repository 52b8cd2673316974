"""The lexicon tables: readable, real, and of one mind."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference import index, lexicon
from inference.coding import drugs, external, longterm, status, wounds
from inference.coding.book import Book
from inference.coding.history import HISTORY
from inference.coding.specificity import Setting, specify
from inference.retrieval import Retrieval
from medcode.codebook.lexicon import tables
from medcode.codebook.snapshot import CodeEntry, Snapshot, undotted

TABLES = [path for path in tables.tables() if path.name != tables.ABBREVIATIONS]
LONGEST_PHRASE = 5  # words
# Names that anatomy makes long.
ANATOMICAL = {"fracture of distal phalanx of finger", "sprain of lateral ligament of ankle"}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_row_leads_to_a_billable_code(path: Path, book: Book) -> None:
    # Some sites have no code for an undocumented side: those rows need the side from the note.
    settings = (Setting(()), Setting((), "left"))
    lost = [
        row
        for row in tables.rows(path)
        if not any(specify(book, undotted(row.target), setting) for setting in settings)
    ]
    assert lost == []


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_table_never_contradicts_itself(path: Path) -> None:
    targets: dict[str, set[str]] = {}
    for row in tables.rows(path):
        targets.setdefault(row.phrase, set()).add(row.target)
    assert {phrase: found for phrase, found in targets.items() if len(found) > 1} == {}


def test_tables_never_contradict_each_other() -> None:
    targets: dict[str, dict[str, list[str]]] = {}
    for path in TABLES:
        for row in tables.rows(path):
            targets.setdefault(row.phrase, {}).setdefault(row.target, []).append(row.table)
    assert {phrase: found for phrase, found in targets.items() if len(found) > 1} == {}


def test_no_phrase_is_long_enough_to_be_a_quotation(snapshot: Snapshot) -> None:
    # A name of six words or more would be a sentence that somebody copied; official titles and terms may be long.
    official = {text.lower() for entry in snapshot.entries.values() for text in (entry.title, *entry.terms)}
    long = {row.phrase for path in TABLES for row in tables.rows(path) if len(row.phrase.split()) > LONGEST_PHRASE}
    assert long - official - ANATOMICAL == set()


def test_core_wins_then_the_first_table(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("gout\tM10.9\nflu\tJ11.1\n")
    (tmp_path / "b.tsv").write_text("flu\tJ10.1\n")
    (tmp_path / "core.tsv").write_text("# comment\n\ngout\tM1A.9\n")
    (tmp_path / tables.ABBREVIATIONS).write_text("fx\tfractures\n")
    loaded = lexicon.load(tmp_path)
    assert loaded.targets == {"gout": "M1A.9", "flu": "J11.1"}
    assert loaded.abbreviations == {"fx": ("fracture",)}


def test_a_malformed_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("gout\tM10.9\nno target here\n")
    with pytest.raises(tables.LexiconError, match=r"a\.tsv, line 2"):
        lexicon.load(tmp_path)


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    table = tmp_path / "a.tsv"
    table.write_text("gout\tM10.9\n")
    before = lexicon.load(tmp_path).digest
    table.write_text("gout\tM10.00\n")
    assert lexicon.load(tmp_path).digest != before


def test_rules_name_codes_that_exist(snapshot: Snapshot) -> None:
    stems = set(HISTORY.values()) - {""}
    assert {code for code in stems if not snapshot.entries[code].billable} == set()
    causes = {code for code, _ in external.load().names.values()}
    assert {code for code in causes if code not in snapshot.entries or not snapshot.entries[code].billable} == set()


def test_drugs_support_conditions_that_exist(snapshot: Snapshot) -> None:
    prefixes = {prefix for known in drugs.indications().values() for prefix in known}
    assert {p for p in prefixes if not any(code.startswith(p) for code in snapshot.entries)} == set()


def small() -> Snapshot:
    return Snapshot.of(
        "ICD-10-CM",
        "test",
        [
            CodeEntry("J18", "Pneumonia, unspecified organism", False),
            CodeEntry("J189", "Pneumonia, unspecified organism", True, "J18"),
            CodeEntry("M545", "Low back pain", True, "", ("Loin pain", "Lumbago NOS")),
            CodeEntry("M7711", "Lateral epicondylitis, right elbow", True),
        ],
    )


def test_titles_and_terms_become_names_without_their_empty_parts() -> None:
    names = index.compile_names(small(), lexicon.Lexicon({}, {}, ""))
    assert names["pneumonia"] == ("J18", index.TITLE)
    assert names["loin pain"] == ("M545", index.TERM)
    assert not any("epicondylitis" in name for name in names)


def test_the_lexicon_outranks_a_title() -> None:
    names = index.compile_names(small(), lexicon.Lexicon({"Low back pain": "J18.9"}, {}, ""))
    assert names["low back pain"] == ("J189", index.LEXICON)


def test_retrieval_finds_a_near_name_and_refuses_a_far_one() -> None:
    names = {"lateral epicondylitis elbow": ("M771", "title"), "plantar fasciitis": ("M722", "title")}
    retrieval = Retrieval(index.Index(names, {}))
    assert retrieval.nearest(["severe", "plantar", "fasciitis"])[0] == "plantar fasciitis"
    assert retrieval.nearest(["something", "else"]) == ("", 0.0)


def test_wounds_are_placed_at_categories_that_exist(book: Book) -> None:
    placed = {category for sites in wounds.table().values() for category in sites.values()}
    assert {category for category in placed if not specify(book, category, Setting(()))} == set()


def test_a_row_that_joins_two_names_gives_way_to_both() -> None:
    names_of = lexicon.Lexicon(
        {"gout": "J18.9", "flu": "M54.5", "gout on flu": "J18.9", "gout on toast": "J18.9"}, {}, ""
    )
    names = index.compile_names(small(), names_of)
    assert "gout on flu" not in names
    assert names["gout on toast"] == ("J189", index.LEXICON)


def test_a_row_that_calls_a_lasting_condition_past_is_left_out() -> None:
    names_of = lexicon.Lexicon(
        {"back pain": "M54.5", "history of back pain": "J18.9", "history of flu": "J18.9"}, {}, ""
    )
    names = index.compile_names(small(), names_of)
    assert "history back pain" not in names
    assert "history flu" in names


def test_a_name_that_lost_its_telling_word_is_left_out() -> None:
    names = index.compile_names(small(), lexicon.Lexicon({"pain in the side": "M54.5"}, {}, ""))
    assert "pain in" not in names


def test_status_and_long_term_codes_exist(snapshot: Snapshot) -> None:
    stated = {*longterm.table().values(), *status.table("allergy").values(), *status.table("family").values()}
    assert {code for code in stated if code not in snapshot.entries or not snapshot.entries[code].billable} == set()
