"""Looks into a file in a process of its own: what a stranger's file does to a library ends with that process.

The child has no settings, no environment and no files but its own, little memory and little time. It reads the file
from its standard input and answers on its standard output; what it answers is the only thing that is kept.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import Final

import msgspec

from lienthong.cases.documents.content import FileKind, Incoming, read_kind
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind

MOST_MEMORY_BYTES: Final = 1024 * 1024 * 1024
"""Of the child's addresses: a picture of MOST_POINTS in four colours, three times, with the interpreter."""

MOST_CPU_SECONDS: Final = 20
"""Of the child: the largest files that are taken need about a fifth."""

MOST_SECONDS: Final = 60
"""Until the child is given up, on a machine that has much else to do."""


class Inspected(msgspec.Struct, frozen=True):
    """A file that may be kept: its kind, its bytes as they are kept, and its pages (a picture is one)."""

    kind: FileKind
    content: bytes
    pages: int


class _Refused(msgspec.Struct, frozen=True, tag=True):
    kind: DocumentErrorKind
    message: str


class _Taken(msgspec.Struct, frozen=True, tag=True):
    inspected: Inspected


_ANSWERS: Final[msgspec.msgpack.Decoder[_Refused | _Taken]] = msgspec.msgpack.Decoder(_Refused | _Taken)


def inspect(content: bytes) -> Inspected:
    """Give the file as it may be kept, or raise why it may not."""
    read_kind(content)
    try:
        ended = subprocess.run(  # noqa: S603 # our own module, in our own interpreter
            [sys.executable, "-I", "-B", "-m", __name__],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            timeout=MOST_SECONDS,
            check=True,
        )
        answer = _ANSWERS.decode(ended.stdout)
    except (subprocess.SubprocessError, msgspec.DecodeError) as error:
        message = "the file could not be looked into within the time and memory given; hand in a plainer copy"
        raise DocumentError(DocumentErrorKind.UNREADABLE, message) from error
    if isinstance(answer, _Refused):
        raise DocumentError(answer.kind, answer.message)
    return answer.inspected


def inspect_here(content: bytes) -> Inspected:
    """Look into a file in this process; `inspect` is what a site calls."""
    kind = read_kind(content)
    if kind is Incoming.PDF:
        from lienthong.cases.documents.pdf_check import verify_pdf  # noqa: PLC0415 # only one of the two is loaded

        return Inspected(FileKind.PDF, content, verify_pdf(content))
    from lienthong.cases.documents.images import redraw_image  # noqa: PLC0415 # only one of the two is loaded

    return Inspected(*redraw_image(content, kind), 1)


def seal() -> None:
    """Take from this process what it does not need to look into a file; nothing gives it back."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    """Answer for the file on standard input."""
    seal()
    answer: _Refused | _Taken
    try:
        answer = _Taken(inspect_here(sys.stdin.buffer.read()))
    except DocumentError as error:
        answer = _Refused(error.kind, error.message)
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main()
