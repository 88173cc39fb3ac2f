"""Why a task or a session does not take something, in the page's language.

The rules say it in English, for logs and commands. What people meet on pages is worded here, found by the kind of the
error and some words of it; a rarer refusal is the rule's own sentence behind words that say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lienthong.delivery.errors import DeliveryErrorKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from lienthong.delivery.errors import DeliveryError

REFUSALS: Final[tuple[tuple[DeliveryErrorKind, str, StrOrPromise], ...]] = (
    (
        DeliveryErrorKind.BAD_TASK,
        "accepted by who reported it done",
        gettext_lazy("Whoever reported it done cannot accept it: another leader has to."),
    ),
    (DeliveryErrorKind.BAD_TASK, "add a proof first", gettext_lazy("Attach a proof before you report it done.")),
    (DeliveryErrorKind.BAD_TASK, "its directive has no part", gettext_lazy("The directive has no such part.")),
    (DeliveryErrorKind.BAD_TASK, "is its due day already", gettext_lazy("This is its due day already.")),
    (
        DeliveryErrorKind.BAD_TASK,
        "file: ",
        gettext_lazy("The file must be PDF, DOCX, text or a picture, not empty, of 10 MB at most."),
    ),
    (DeliveryErrorKind.BAD_TASK, "purpose: expected a legal basis", gettext_lazy("Name a legal basis by its number.")),
    (
        DeliveryErrorKind.BAD_TASK,
        "service ",
        gettext_lazy("The service is named in full: INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE."),
    ),
    (
        DeliveryErrorKind.BAD_TASK,
        "holds no post of a leader",
        gettext_lazy("You hold no post of a leader today, and only leaders give tasks."),
    ),
    (
        DeliveryErrorKind.BAD_TASK,
        "expected an owner and other helpers",
        gettext_lazy("Choose posts that are there today; the one that answers for the task does not also help."),
    ),
    (
        DeliveryErrorKind.BAD_DIRECTIVE,
        "it is in the register already",
        gettext_lazy("The register has this document already: number, issuer and day are the same."),
    ),
    (DeliveryErrorKind.BAD_SESSION, "has no part", gettext_lazy("The directive has no such part.")),
    (DeliveryErrorKind.BAD_SESSION, "this code is taken", gettext_lazy("This code is taken: choose another.")),
    (
        DeliveryErrorKind.BAD_SESSION,
        "a paper of this name is there already",
        gettext_lazy("A paper of this name is there already: give the file another name."),
    ),
    (
        DeliveryErrorKind.BAD_SESSION,
        "expected something on the agenda",
        gettext_lazy("Put something on the agenda before you freeze it."),
    ),
    (
        DeliveryErrorKind.BAD_SESSION,
        "is not there, or is a task already",
        gettext_lazy("This conclusion is a task already, or is not there."),
    ),
    (
        DeliveryErrorKind.BAD_SESSION,
        "expected one that is",
        gettext_lazy("The session has gone on meanwhile: look at its page again."),
    ),
    (
        DeliveryErrorKind.UNREADABLE_DOCUMENT,
        "document: ",
        gettext_lazy("The file cannot be read: it is damaged, locked by a password, too large, or has no text."),
    ),
    (
        DeliveryErrorKind.SECRET_DOCUMENT,
        "",
        gettext_lazy("The file bears a mark of secrecy. Nothing of it was kept."),
    ),
)
"""The kind, words of the rule's sentence, and what people read."""


def word_refusal(error: DeliveryError) -> str:
    """Say in the page's language why a task or a session does not take something."""
    for kind, words, told in REFUSALS:
        if error.kind is kind and words in error.message:
            return str(told)
    return _("This was not taken: %(reason)s") % {"reason": error.message}
