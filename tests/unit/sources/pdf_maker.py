"""Writes small real PDFs, one text line each, for the tests of this folder."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter

FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H "
    b"/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>"
)
CID_FONT = (
    b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 500 "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
)


def make_pdf(pages: Sequence[Sequence[str]], title: str = "") -> bytes:
    """A PDF whose pages show these lines from top to bottom."""
    letters = sorted({letter for lines in pages for line in lines for letter in line})
    objects = [b"", FONT, CID_FONT, stream(to_unicode(letters))]
    kids = []
    for lines in pages:
        number = len(objects) + 2
        kids.append(b"%d 0 R" % number)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (number + 1),
            stream(content(lines)),
        ]
    objects[0] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    plain = assemble([b"<< /Type /Catalog /Pages 2 0 R >>", *objects])
    if not title:
        return plain
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(plain)))
    writer.add_metadata({"/Title": title})
    return save(writer)


def encrypt(pdf: bytes, password: str) -> bytes:
    """The PDF with a password for reading ("": only one for changing)."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    return save(writer)


def save(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def to_unicode(letters: Sequence[str]) -> bytes:
    rows = "".join(f"<{ord(letter):04x}> <{ord(letter):04x}> " for letter in letters)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def "
        "1 begincodespacerange <0000> <FFFF> endcodespacerange "
        f"{len(letters)} beginbfchar {rows} endbfchar endcmap end end"
    ).encode()


def content(lines: Sequence[str]) -> bytes:
    shown = [f"<{line.encode('utf-16-be').hex()}> Tj 0 -14 Td".encode() for line in lines]
    return b"BT /F1 10 Tf 40 760 Td " + b" ".join(shown) + b" ET" if shown else b""


def assemble(objects: Sequence[bytes]) -> bytes:
    body, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, item in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(body)
    size = len(objects) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    body += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(body)
