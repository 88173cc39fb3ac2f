"""The wording of pages: which texts our pages and modules have, and which of them a language lacks.

The texts in templates and modules are English; the catalogues `locale/vi/LC_MESSAGES/django.po` hold the Vietnamese,
which is what people see unless they choose otherwise. Each set of pages has a catalogue of its own. Needs Babel, a
build requirement.
"""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from babel.messages.catalog import Catalog, Message

SOURCE: Final = Path(__file__).parents[1]

CATALOGUES: Final = tuple(sorted(SOURCE.glob("portal/**/locale")))
"""The folders of catalogues; where a text stands in one only, their order does not matter."""

WORDED_LIBRARIES: Final = ("allauth",)

_METHODS: Final = [("**/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
_KEYWORDS: Final = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "ngettext_lazy": (1, 2)}
_OPTIONS: Final = {"**/templates/**.html": {"trimmed": "false", "encoding": "utf-8"}}


def find_texts() -> set[str]:
    """Give every text to translate in the package's pages and modules; of a plural, its singular."""
    found = extract_from_dir(str(SOURCE), _METHODS, _OPTIONS, _KEYWORDS)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


def find_library_texts() -> set[str]:
    """Give the texts of the libraries whose Vietnamese we word ourselves, by their English catalogues."""
    texts: set[str] = set()
    for library in WORDED_LIBRARIES:
        spec = find_spec(library)
        if spec is not None and spec.origin is not None:
            path = Path(spec.origin).parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
            with path.open("rb") as file:
                texts.update(_key(message) for message in read_po(file, locale="en") if message.id)
    return texts


def read_catalogues(language: str) -> list[Catalog]:
    """Read a language's texts, one catalogue for each set of pages."""
    catalogues = []
    for folder in CATALOGUES:
        with (folder / language / "LC_MESSAGES" / "django.po").open("rb") as file:
            catalogues.append(read_po(file, locale=language, abort_invalid=True))
    return catalogues


def find_repeated(language: str) -> list[str]:
    """Give the texts that stand in more than one catalogue, sorted: which words would win is hard to see."""
    told: Counter[str] = Counter()
    for catalogue in read_catalogues(language):
        told.update({_key(message) for message in catalogue if message.id})
    return sorted(text for text, count in told.items() if count > 1)


def find_missing(language: str) -> list[str]:
    """Give the texts that the language has no words for, sorted."""
    known = {_key(message) for message in _translated(read_catalogues(language))}
    return sorted(find_texts() - known)


def find_unused(language: str) -> list[str]:
    """Give the texts of the language that no page has any more, sorted. Libraries' own texts may be worded here too."""
    ours = {_key(message) for message in _translated(read_catalogues(language))}
    return sorted(ours - find_texts() - find_library_texts())


def _translated(catalogues: Iterable[Catalog]) -> Iterator[Message]:
    """Give the messages that have words and are not marked as doubtful; a plural needs all its forms."""
    for message in chain.from_iterable(catalogues):
        words = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and all(words) and not message.fuzzy:
            yield message


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
