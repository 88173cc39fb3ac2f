"""The simulated national portal: a process of its own that people file at, and that holds our calls to their forms.

SIMULATION, and in great part an assumption: field names of what we send are second-hand, everything that comes from
here is our own idea (docs/national-portal.md). It is nobody's real portal, and every page and file of it says so.
"""
