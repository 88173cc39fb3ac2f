"""The registry of the running site: its instance, the machine's clock, and the house of areas."""

from __future__ import annotations

from django.conf import settings

from lienthong.kernel.clock import SystemClock
from lienthong.people.areas_link import find_area
from lienthong.people.registry import Registry


def make_site_registry() -> Registry:
    """Make what this house's stories take, for views and commands of this site."""
    return Registry(settings.SITE.settings.instance, SystemClock(), find_area)
