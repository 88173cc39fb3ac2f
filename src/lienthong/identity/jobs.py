"""Background work of accounts: forgetting sessions that are over, with what people typed into them."""

from __future__ import annotations

from typing import Final

from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

SESSIONS_CRON: Final = "7 * * * *"


@app.periodic(cron=SESSIONS_CRON)
@app.task(queueing_lock="identity_forget_sessions")
def forget_sessions(timestamp: int) -> None:
    """Remove sessions past their end, which nobody signed out of. Safe to repeat.

    A browser that is closed forgets its cookie and tells no one: only this forgets the rest.
    """
    del timestamp
    SessionStore.clear_expired()
