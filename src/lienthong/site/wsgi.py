"""What the web server calls: Django as a WSGI application, in each of its processes.

Such a process ends with the web server's first one; else it would keep its port.
"""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from lienthong.site.parent import follow_parent

follow_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.site.settings")
application = get_wsgi_application()
