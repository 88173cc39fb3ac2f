"""Files as people hand them in, made here: pictures with metadata, PDF files that act, and harmless ones."""

from __future__ import annotations

import io

from PIL import Image

CAMERA = "Camera of a test"


def make_photo(size: tuple[int, int] = (60, 40), form: str = "JPEG") -> bytes:
    """Give a picture that says which device took it, and lies on its side."""
    notes = Image.Exif()
    notes[0x010F] = CAMERA
    notes[0x0112] = 6
    photo = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(photo, form, exif=notes)
    return photo.getvalue()


def make_pdf(*objects: str, catalogue: str = "", pages: int = 1) -> bytes:
    """Give a PDF of empty pages, with further objects (numbered from 10) and entries in its catalogue."""
    kids = " ".join(f"{100 + page} 0 R" for page in range(pages))
    numbered = {1: f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>"}
    numbered[2] = f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>"
    numbered |= {100 + page: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>" for page in range(pages)}
    numbered |= dict(enumerate(objects, start=10))
    body, places = b"%PDF-1.7\n", {}
    for number, text in numbered.items():
        places[number] = len(body)
        body += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{number} 1\n{place:010} 00000 n \n" for number, place in sorted(places.items()))
    start = f"xref\n0 1\n0000000000 65535 f \n{table}trailer\n<< /Size {max(places) + 1} /Root 1 0 R >>\n"
    return body + f"{start}startxref\n{len(body)}\n%%EOF\n".encode()
