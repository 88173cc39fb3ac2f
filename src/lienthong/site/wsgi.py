"""What the web server calls: Django as a WSGI application, in each of its processes."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from typing import Final

from django.core.wsgi import get_wsgi_application

PR_SET_PDEATHSIG: Final = 1
"""From Linux's prctl.h: the signal that this process gets when the one that started it ends."""


def follow_parent() -> None:
    """End with the web server's first process, however that dies; else this one would keep its port."""
    parent = multiprocessing.parent_process()
    if parent is None or sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # A parent that died before the request sends no signal any more, but has been replaced as parent.
    if os.getppid() != parent.pid:
        sys.exit(f"the process {parent.pid} that started this one is gone")


follow_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.site.settings")
application = get_wsgi_application()
