"""The append-only log and what it proves, usable alone by an auditor."""
