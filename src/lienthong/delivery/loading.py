"""What `lienthong delivery load` does: the sets that come along, or a province's own data files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from lienthong.delivery.directive_seed import load_illustrative_directives, load_specimen_directives
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.seeding import SeedSet, load_seed, load_seeds, parse_seed
from lienthong.delivery.session_seed import load_sessions

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from pathlib import Path


def load_set(say: Callable[[str], None], *, illustrative: bool) -> Counter[str]:
    """Load the reference set, or the illustrative one, which real sites refuse with `NOT_A_SANDBOX`."""
    if illustrative and not settings.IS_SANDBOX:
        message = "the illustrative set is invented and goes into a sandbox only; this site's instance is a real one"
        raise DeliveryError(DeliveryErrorKind.NOT_A_SANDBOX, message)
    seed_set = SeedSet.ILLUSTRATIVE if illustrative else SeedSet.REFERENCE
    counts = load_seed(seed_set, say)
    counts["directives"] = load_illustrative_directives() if illustrative else load_specimen_directives()
    counts["sessions"] = load_sessions(seed_set)
    for name in ("directives", "sessions"):
        say(f"{name}: {counts[name]}")
    return counts


def load_files(files: Sequence[Path], say: Callable[[str], None]) -> Counter[str]:
    """Load data files of a province's own, all of them or none; raises `DATA_DAMAGED`."""
    seeds = []
    for file in files:
        try:
            seeds.append(parse_seed(file.read_text("utf-8"), file.name))
        except (OSError, UnicodeDecodeError) as error:
            raise DeliveryError(DeliveryErrorKind.DATA_DAMAGED, f"{file.name}: {error}") from error
    return load_seeds(seeds, say)
