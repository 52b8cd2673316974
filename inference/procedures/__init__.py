"""Procedures that a chart says were performed: ICD-10-PCS for inpatients, CPT and HCPCS for outpatients.

A code system without a loaded release costs a chart nothing and gives nothing. See docs/builtin-coder.md.
"""

from inference.procedures.loading import load
from inference.procedures.proposing import Procedures

__all__ = ["Procedures", "load"]
