from __future__ import annotations

import re

from tests.guards.tree import project_files

# A pattern, so that this file does not itself name what it looks for.
_REGISTRY_HOSTS = re.compile(rb"(?:pypi|pythonhosted|npmjs|crates)[.](?:org|com|io)\b")


def test_no_file_names_a_package_registrys_host() -> None:
    files = project_files()
    assert len(files) > 50

    named = [str(path) for path in files if _REGISTRY_HOSTS.search(path.read_bytes())]
    assert named == []
