"""The answer to an act: to a page that says what it shows, only what has changed."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from review import chart_page
from tests.factories import World

pytestmark = pytest.mark.django_db


def shown(world: World) -> str:
    """What a page that shows the outpatient chart now would send."""
    page = chart_page.load(world.outpatient, user=world.coder)
    return " ".join(f"{card.suggestion.pk}:{card.version}" for _, cards in page.bands for card in cards)


def accept(world: World, client: Client, said: str) -> str:
    client.force_login(world.coder)
    answer = client.post(
        f"/suggestions/{world.suggestion.pk}/accept/", {"shown": said}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert answer.headers.get("HX-Retarget", "") == ("#work-rest" if '<div id="work"' not in answer.text else "")
    return answer.text


def suggestions(page: str) -> list[int]:
    return [int(key) for key in re.findall(r'<article class="sug" id="s(\d+)"', page)]


def test_only_what_has_changed_is_sent(world: World, client: Client) -> None:
    decided = world.suggestion.pk
    page = accept(world, client, shown(world))
    assert page.lstrip().startswith("<")
    assert 'id="work"' not in page
    assert decided in suggestions(page)
    assert len(suggestions(page)) < world.outpatient.suggestions.count()
    for part in ("work-rest", "work-head", "banner", "history", "history-count"):
        assert page.count(f'id="{part}"') == 1


def test_a_suggestion_that_the_page_has_otherwise_is_sent_again(world: World, client: Client) -> None:
    last = shown(world).split()[-1].partition(":")[0]
    said = re.sub(rf"{last}:\w+", f"{last}:0", shown(world))
    assert int(last) in suggestions(accept(world, client, said))


@pytest.mark.parametrize("said", ["", "nonsense", "1:a 2:b"])
def test_a_page_that_shows_something_else_gets_everything(world: World, client: Client, said: str) -> None:
    page = accept(world, client, said)
    assert 'id="work"' in page
    assert len(suggestions(page)) == world.outpatient.suggestions.count()
