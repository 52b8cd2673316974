"""Many senders at once: one chart each, nothing lost, nobody stuck (R4)."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.db import connection

from review.actions import receiving
from review.intake.incoming import IncomingChart, IncomingNote, IncomingPatient
from review.models import AuditEvent, Chart, Encounter, Note, Patient
from tests.factories import incoming

SENDERS = 8


def in_parallel(batches: list[list[IncomingChart]]) -> list[str]:
    """Send each batch from a thread of its own, all at the same moment; the outcomes."""
    barrier = Barrier(len(batches))

    def send(batch: list[IncomingChart]) -> list[str]:
        try:
            barrier.wait(timeout=30)
            return [each.outcome for each in receiving.receive_all(batch, by=None) if each]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(batches)) as pool:
        return [outcome for outcomes in pool.map(send, batches) for outcome in outcomes]


def test_parallel_copies_of_bundles_make_each_chart_once(committed: None) -> None:
    patients = [IncomingPatient(mrn=f"M-{number}", name=f"Name {number}") for number in range(5)]
    charts = [incoming(source_id=f"stay-{number}", patient=patients[number * 7 % 5]) for number in range(20)]
    copies = [random.Random(seed).sample(charts, len(charts)) for seed in range(SENDERS)]
    outcomes = in_parallel(copies)
    assert outcomes.count("created") == 20
    assert outcomes.count("unchanged") == 20 * (SENDERS - 1)
    assert Chart.objects.count() == Encounter.objects.count() == Note.objects.count() == 20
    assert Patient.objects.count() == 5
    assert AuditEvent.objects.filter(event="chart.received").count() == 20


def test_parallel_amendments_of_one_chart_are_all_there(committed: None) -> None:
    sent = incoming(patient=IncomingPatient(mrn="M-1"))
    receiving.receive(sent, by=None)
    further = [
        [replace(sent, notes=(IncomingNote(source_id=f"further-{number}", text=f"Note {number}."),))]
        for number in range(SENDERS)
    ]
    assert in_parallel(further) == ["amended"] * SENDERS
    chart = Chart.objects.get()
    assert chart.notes.count() == SENDERS + 1
    assert chart.version == SENDERS + 1
    assert sorted(chart.notes.values_list("position", flat=True)) == list(range(1, SENDERS + 2))


def test_parallel_senders_that_name_their_patients_differently_do_not_lock_each_other_out(committed: None) -> None:
    charts = [incoming(source_id=f"stay-{n}", patient=IncomingPatient(mrn=f"M-{n}")) for n in range(6)]
    receiving.receive_all(charts, by=None)
    batches = [
        [
            replace(chart, patient=replace(chart.patient, name=f"Sender {sender}"))
            for chart in charts[:: 1 - 2 * (sender % 2)]
        ]
        for sender in range(SENDERS)
    ]
    assert in_parallel(batches) == ["unchanged"] * (6 * SENDERS)
    assert Patient.objects.filter(name__startswith="Sender").count() == 6


@pytest.fixture(autouse=True)
def _no_leftovers(committed: None) -> None:
    assert not Chart.objects.exists()
