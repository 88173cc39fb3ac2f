"""What `lienthong delivery load` does: the sets that come along, or a province's own data files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from lienthong.delivery.directive_seed import load_directives, load_illustrative_directives, load_specimen_directives
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.seeding import SeedSet, load_seed, load_seeds, parse_seed
from lienthong.delivery.session_seed import load_sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lienthong.delivery.progress import Tell

DIRECTIVE_FILES: Final = frozenset({".yaml", ".yml"})
"""Endings of files of directives; others are of figures, indicators and plans."""


def load_set(say: Callable[[str], None], *, illustrative: bool, tell: Tell = tell_nobody) -> Counter[str]:
    """Load the reference set, or the illustrative one, which real sites refuse with `NOT_A_SANDBOX`."""
    if illustrative and not settings.IS_SANDBOX:
        message = "the illustrative set is invented and goes into a sandbox only; this site's instance is a real one"
        raise DeliveryError(DeliveryErrorKind.NOT_A_SANDBOX, message)
    seed_set = SeedSet.ILLUSTRATIVE if illustrative else SeedSet.REFERENCE
    counts = load_seed(seed_set, say, tell)
    counts["directives"] = load_illustrative_directives() if illustrative else load_specimen_directives()
    counts["sessions"] = load_sessions(seed_set)
    for name in ("directives", "sessions"):
        say(f"{name}: {counts[name]}")
    return counts


def load_files(files: Sequence[Path], say: Callable[[str], None], tell: Tell = tell_nobody) -> Counter[str]:
    """Load data files of a province's own, all of them or none: figures and plans (TOML), directives (YAML).

    Directives come first, whatever the order, for plans and tasks name them. Raises `DATA_DAMAGED`.
    """
    registers = [file for file in files if file.suffix.lower() in DIRECTIVE_FILES]
    seeds = []
    for file in follow(files, "files read", tell, len(files)):
        try:
            if file not in registers:
                seeds.append(parse_seed(file.read_text("utf-8"), file.name))
        except (OSError, UnicodeDecodeError) as error:
            raise DeliveryError(DeliveryErrorKind.DATA_DAMAGED, f"{file.name}: {error}") from error
    with transaction.atomic():
        count = sum(load_directives(file, tell) for file in registers)
        if registers:
            say(f"directives: {count}")
        counts = load_seeds(seeds, say, tell) if seeds else Counter[str]()
    counts["directives"] += count
    return counts
