"""Django's settings in tests: the role `registry`, on a database server that the tests start when one asks for it.

Tests of the role `province` override `ROOT_URLCONF`, or start a process of that role.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from lienthong.cases.case_settings import CaseSettings
from lienthong.identity.relying.configuration import RELYING_APPS
from lienthong.site.compose import SiteSecrets, compose_settings
from lienthong.site.connection import own_connection
from lienthong.site.database_place import find_place
from lienthong.site.roles import Role
from lienthong.site.site_file import Site, SiteSettings

# The first process of a test session chooses the folder, and its xdist workers inherit it. The path is short, and as
# root the database server's own user reaches it, unlike pytest's folders.
DATABASE_FOLDER = Path(
    os.environ.setdefault("TEST_DATABASE_FOLDER", f"{tempfile.gettempdir()}/lt-{os.getpid()}-{secrets.token_hex(4)}")
)

# What a site keeps in its data folder is made by the tests that need it.
DATA_FOLDER = DATABASE_FOLDER.with_name(f"{DATABASE_FOLDER.name}-site")

GATEWAY_SECRET = "what only the gateway knows"  # noqa: S105 # of tests

_site = Site(
    SiteSettings(
        role=Role.REGISTRY,
        instance="DEMO",
        data=str(DATA_FOLDER),
        hosts=("testserver",),
        openid_issuer="https://registry.example",
        cases=CaseSettings(unit="Z99.01"),
    ),
    Path("/nonexistent"),
)
_connection = own_connection(str(find_place(DATABASE_FOLDER).socket), "lienthong")

# Between tests tables are emptied, which the kept ones refuse to everybody else.
_connection["OPTIONS"] = {**_connection.get("OPTIONS", {}), "options": "-c lienthong.may_empty=on"}

_composed = compose_settings(_site, SiteSecrets("key of tests " * 4, GATEWAY_SECRET), _connection)
globals().update(_composed)

# The tables of the other role too, so that its rules are tested in the same database.
INSTALLED_APPS = [*_composed["INSTALLED_APPS"], *RELYING_APPS, "lienthong.cases", "lienthong.delivery"]
RELYING_PARTY = None

# The real hash with little work: a page that needs somebody signed in would else take longer to enter than to show.
PASSWORD_HASHERS = ["tests.identity.hashing.CountingHasher"]
