"""Text out of pictures, for callers who send a scan."""

from __future__ import annotations

from io import BytesIO

__all__ = ["read_text"]


def read_text(picture: bytes, *, language: str = "eng") -> str:
    """The text on a picture, one line per line."""
    import pytesseract
    from PIL import Image

    with Image.open(BytesIO(picture)) as image:
        return pytesseract.image_to_string(image, lang=language).strip()
