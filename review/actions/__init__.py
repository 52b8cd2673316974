"""The only place that changes state: keyword-only, `by=` who, one transaction, the audit row inside it."""
