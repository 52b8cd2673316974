"""Invented patients for the simulated past, and their names in the place of a sample's."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

FAMILY = """Abara Almeida Anselm Arvidsson Banerjee Barlow Bellweather Bianchi Boateng Calloway Castellan Cho Corrigan
Dahl Demir Dufresne Eklund Espinal Farrow Ferreira Galloway Gutema Hallorann Hathaway Ibarra Ivers Jablonski Kaplan
Kessler Koroma Laurent Lindgren Macri Mahlangu Marchetti Mbeki Moreau Nakagawa Norling Obradovic Okonjo Paredes
Pennington Quispe Radcliffe Rosales Sandhu Schreiber Silvestri Soto Stavros Takeda Thornbury Umeh Valdez Vance
Villareal Wachira Weatherby Xiong Yamada Zielinski"""
GIVEN = {
    "F": """Adaeze Amelia Beatriz Carmen Chiara Dalia Elena Esther Fatima Greta Hana Imani Ingrid Josephine Kavita
    Leticia Mei Miriam Nadia Olga Priya Rosalind Sabine Tamara Ursula Vera Wilhelmina Yara Zofia""",
    "M": """Amir Anders Benicio Cedric Dmitri Elias Felix Gideon Hiroshi Ismael Jerome Kofi Lionel Mateusz Nikhil
    Oscar Pavel Quentin Rafael Silas Tariq Umberto Viktor Wesley Xavier Yusuf Zoltan""",
}


def invented_name(rng: random.Random, sex: str) -> str:
    """A made-up name as "Family, Given"."""
    return f"{rng.choice(FAMILY.split())}, {rng.choice(GIVEN.get(sex, GIVEN['F']).split())}"


@dataclass(frozen=True, slots=True)
class Renamed:
    """A note's text with other names in it. `moves` holds (end of a replaced name in the old text, growth)."""

    text: str
    moves: tuple[tuple[int, int], ...]

    def place(self, offset: int) -> int:
        """Where an offset into the old text lies in the new one."""
        return offset + sum(growth for end, growth in self.moves if end <= offset)


def rename(text: str, old: str, new: str) -> Renamed:
    """Put `new` wherever the text names `old`; both are "Family, Given", and either part may stand alone."""
    swaps = dict(zip(_parts(old), _parts(new), strict=True))
    pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in swaps))
    moves = tuple((found.end(), len(swaps[found.group()]) - len(found.group())) for found in pattern.finditer(text))
    return Renamed(pattern.sub(lambda found: swaps[found.group()], text), moves)


def _parts(name: str) -> tuple[str, str]:
    family, _, given = name.partition(",")
    return family.strip(), given.split()[0]
