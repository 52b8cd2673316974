"""The stored search index: built once, shared, rebuilt when what it rests on changes; every code is in it."""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import pytest

from medcode.codebook.models import Code, Note, Release
from medcode.codebook.search import index_release, indexing, ranking, search
from medcode.codebook.search.matching import Matcher
from medcode.codebook.search.words import telling, words
from medcode.codebook.snapshot import dotted

pytestmark = pytest.mark.django_db
IN_RELEASE = date(2026, 6, 1)


def icd() -> Release:
    return Release.objects.get(code_system="ICD-10-CM")


def billable() -> list[tuple[str, str]]:
    listed = Code.objects.filter(release=icd(), billable=True).order_by("code")
    return list(listed.values_list("code", "title"))


def test_every_billable_code_is_matched_by_every_word_of_its_title() -> None:
    matcher = indexing.matcher(icd())
    arrays = matcher.arrays
    number = {code.decode(): index for index, code in enumerate(arrays.codes)}
    in_title = [set() for _ in number]  # type: list[set[str]]
    vocabulary = [word.decode() for word in arrays.vocabulary]
    owners = np.repeat(np.arange(len(vocabulary)), np.diff(arrays.title_from))
    for word, entry in zip(owners.tolist(), arrays.title_codes.tolist(), strict=True):
        in_title[entry].add(vocabulary[word])
    missing = [code for code, title in billable() if not set(words(title)) <= in_title[number[code]]]
    assert missing == []


def test_codes_drawn_at_random_are_found_by_their_own_title_within_twenty() -> None:
    drawn = random.Random(20261001).sample(billable(), 2000)
    missed = [(code, title) for code, title in drawn if code not in {hit.code for hit in search(title, on=IN_RELEASE)}]
    assert missed == []


def test_every_billable_code_is_found_by_its_own_code() -> None:
    matcher = indexing.matcher(icd())
    codes = [code for code, _ in billable()]
    assert [code for code in codes if matcher.arrays.codes[matcher.under(code).start].decode() != code] == []
    for code in random.Random(7).sample(codes, 300):
        for typed in (code, code.lower(), dotted(code)):
            assert search(typed, on=IN_RELEASE, limit=5)[0].code == code


def test_titles_lose_no_word_to_the_limits_of_a_query() -> None:
    assert all(len(words(title)) < 40 and telling(words(title)) for _, title in billable())


def test_indexing_again_does_nothing_and_a_second_process_reads_the_same_files() -> None:
    index_release(icd())
    place = indexing.folder() / indexing.name_of(icd())
    before = sorted((path.name, path.stat().st_mtime_ns) for path in place.iterdir())
    index_release(icd())
    indexing._open.clear()
    assert search("pneumonia", on=IN_RELEASE)[0].display == "J18.9"
    assert sorted((path.name, path.stat().st_mtime_ns) for path in place.iterdir()) == before


def small() -> Release:
    release = Release.objects.create(
        code_system="CPT", name="small", valid_from=date(2026, 1, 2), source="a test", is_complete=True
    )
    code = Code.objects.create(
        release=release, code="99213", title="Office visit", kind="code", billable=True, position=0
    )
    Note.objects.create(code=code, kind=Note.Kind.INCLUSION_TERM, text="Surgery hours", position=0)
    return release


def test_a_release_without_an_index_is_indexed_on_first_use() -> None:
    release = small()
    place = indexing.folder() / indexing.name_of(release)
    assert not place.exists()
    assert [hit.code for hit in search("surgery", on=IN_RELEASE, code_systems=["CPT"])] == ["99213"]
    assert place.is_dir()


def test_another_lexicon_means_another_index(monkeypatch: pytest.MonkeyPatch) -> None:
    release = icd()
    name = indexing.name_of(release)
    monkeypatch.setattr(indexing, "_digest", lambda: "another")
    assert indexing.name_of(release) != name


def test_the_memory_of_an_index_is_mapped_not_owned() -> None:
    arrays = indexing.matcher(icd()).arrays
    assert not arrays.title_codes.flags.owndata
    assert not arrays.titles.flags.writeable


def test_a_word_of_the_book_is_never_read_as_another() -> None:
    matcher: Matcher = indexing.matcher(icd())
    for word in ("cholera", "pneumonia", "oesophageal", "fractures", "htn", "e11"):
        assert ranking.respelt([matcher], ranking.Query((word,), unfinished=False)).respelt == {}
