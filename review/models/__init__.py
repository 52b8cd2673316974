"""One file per idea."""

from review.models.audit import AuditEvent
from review.models.chart import Chart, LabResult, Medication, Note
from review.models.codes import KeptCode
from review.models.decision import AssignedCode, Decision, DiagnosisPointer, RejectReason
from review.models.double_coding import DoubleCode, DoubleCoding
from review.models.encounter import Encounter, Patient
from review.models.report import WeeklyReport
from review.models.second_look import (
    AuditedCode,
    AuditPlan,
    AuditSample,
    ChartAudit,
    ErrorKind,
    SampleMethod,
    SampleRule,
    SampleUnit,
)
from review.models.shadow import ShadowRun, ShadowSuggestion
from review.models.suggestion import Evidence, Suggestion
from review.models.user import Role, User
from review.models.workbench import BlindReading, ChartTime, NoteRead, Workbench, WorkbenchPolicy
from review.models.worklist_indexes import FLAGGED, FLAGS
from review.models.worklists import AssignmentRule, SavedFilter, Team

__all__ = [
    "FLAGGED",
    "FLAGS",
    "AssignedCode",
    "AssignmentRule",
    "AuditEvent",
    "AuditPlan",
    "AuditSample",
    "AuditedCode",
    "BlindReading",
    "Chart",
    "ChartAudit",
    "ChartTime",
    "Decision",
    "DiagnosisPointer",
    "DoubleCode",
    "DoubleCoding",
    "Encounter",
    "ErrorKind",
    "Evidence",
    "KeptCode",
    "LabResult",
    "Medication",
    "Note",
    "NoteRead",
    "Patient",
    "RejectReason",
    "Role",
    "SampleMethod",
    "SampleRule",
    "SampleUnit",
    "SavedFilter",
    "ShadowRun",
    "ShadowSuggestion",
    "Suggestion",
    "Team",
    "User",
    "WeeklyReport",
    "Workbench",
    "WorkbenchPolicy",
]
