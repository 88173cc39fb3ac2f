"""How large a request with files may be: asked before any of it is read, and so before it fills a disk."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST_FILES_BYTES: Final = 64 * 1024 * 1024
"""Of a request with all its files. One paper may have 20 MB, and no form asks for more than two at once."""


class BoundedBodies(FileUploadHandler):
    """Goes before the handlers that write files down, which stop at nothing; anybody may send a form."""

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ANN401 # Django's interface
        META: dict[str, Any],  # noqa: N803 # as above
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Refuse a body that says it is larger; one that does not say how large it is, is not read at all."""
        del input_data, META, boundary, encoding
        if content_length > MOST_FILES_BYTES:
            message = f"request: expected at most {MOST_FILES_BYTES} bytes with all files, got {content_length}"
            raise RequestDataTooBig(message)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave it to the next handler."""
        del start
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave it to the next handler."""
        del file_size
