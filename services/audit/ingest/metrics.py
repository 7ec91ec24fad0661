"""What the ingest counts; alarms are the counters that should stand still. Never a value of an event."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

ENTRIES = Counter("audit_ingest_entries", "Entries appended to the log.", ["source"])
DOUBLED = Counter("audit_ingest_doubled", "Messages that were in the log or in waiting already.")
QUARANTINED = Counter("audit_ingest_quarantined", "Messages that can never become an entry.", ["reason"])
MISREGISTERED = Counter("audit_ingest_misregistered", "Registrations of a key that is not the pinned one.")
FENCED = Counter("audit_ingest_fenced", "Times another writer was first.")
FAILURES = Counter("audit_ingest_failures", "Times the database, the broker or the disk failed.", ["where"])
SIZE = Gauge("audit_ingest_size", "Entries under the newest checkpoint.")
MINIMUM = Gauge("audit_ingest_minimum", "Index of the first entry that is left.")
DISAGREED = Counter("audit_ingest_disagreed", "Times the writer would not take away what an entry lets go.")
GAP = Gauge("audit_ingest_gap_seconds", "How long a source has waited for a missing number.", ["source"])
BATCH = Histogram("audit_ingest_batch", "Messages a batch.", buckets=(1, 5, 20, 50, 100, 200, 500, 1000))
