"""One file per idea."""

from review.models.audit import AuditEvent
from review.models.chart import Chart, LabResult, Medication, Note
from review.models.codes import KeptCode
from review.models.decision import AssignedCode, Decision, RejectReason
from review.models.encounter import Encounter, Patient
from review.models.report import WeeklyReport
from review.models.shadow import ShadowRun, ShadowSuggestion
from review.models.suggestion import Evidence, Suggestion
from review.models.user import Role, User

__all__ = [
    "AssignedCode",
    "AuditEvent",
    "Chart",
    "Decision",
    "Encounter",
    "Evidence",
    "KeptCode",
    "LabResult",
    "Medication",
    "Note",
    "Patient",
    "RejectReason",
    "Role",
    "ShadowRun",
    "ShadowSuggestion",
    "Suggestion",
    "User",
    "WeeklyReport",
]
