"""A font that has the letters of a title; a cover never shows the boxes of missing ones."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import ImageFont

from podloom.errors import SettingsError

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
)
PREFERRED = (
    "NanumSquareRoundB",
    "NanumSquareB",
    "NanumGothicBold",
    "NotoSansCJK-Bold",
    "NotoSansKR-Bold",
    "NotoSansCJK",
    "NotoSansKR",
    "Pretendard",
    "NanumGothic",
    "AppleSDGothicNeo",
    "UnDotum",
    "DejaVuSans-Bold",
)
"""Beginnings of file names, best first: bold fonts with Hangul, then one with many symbols."""
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_NOWHERE = "\uffff"
"""A non-character: what a font draws for it is what it draws for anything it lacks."""


class Typeface:
    """One font file, or Pillow's own Latin font when `path` is None."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._missing = _bitmap(self.at(48), _NOWHERE)

    def at(self, size_px: int) -> ImageFont.FreeTypeFont:
        """The font at a size."""
        if self.path is None:
            font = ImageFont.load_default(size_px)
            assert isinstance(font, ImageFont.FreeTypeFont), "Pillow is built without FreeType"
            return font
        return ImageFont.truetype(str(self.path), size_px, layout_engine=ImageFont.Layout.BASIC)

    def lacks(self, text: str) -> str:
        """The characters of `text` it has no glyph for, each once."""
        font = self.at(48)
        return "".join(c for c in dict.fromkeys(text) if _is_visible(c) and _bitmap(font, c) == self._missing)


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZ"


def _bitmap(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


def typeface_for(text: str, own: str = "", files: Sequence[Path] | None = None) -> Typeface | None:
    """The first typeface that has every letter of `text`: the user's, Pillow's, then the installed ones.

    `files` replaces the search for installed fonts.

    Raises:
        SettingsError: The user's font cannot be read.
    """
    return next((face for face in _candidates(own, files) if not face.lacks(text)), None)


def _candidates(own: str, files: Sequence[Path] | None) -> Iterator[Typeface]:
    if own:
        yield _own(own)
    yield Typeface()
    for path in installed_fonts() if files is None else files:
        try:
            yield Typeface(path)
        except OSError:
            # An installed file that FreeType cannot read is simply not a candidate.
            continue


def _own(path: str) -> Typeface:
    try:
        return Typeface(Path(path).expanduser())
    except OSError as error:
        raise SettingsError(
            f"The font {path!r} cannot be read ({error}); set PODLOOM_FEED_FONT to a TrueType or "
            "OpenType file or leave it empty"
        ) from error


def installed_fonts() -> list[Path]:
    """Font files of this machine: the preferred ones first, then all others by name."""
    found = {path for path in (*_by_fontconfig(), *_by_folders()) if path.suffix.lower() in SUFFIXES}
    return sorted(found, key=lambda path: (_rank(path.name), path.name, str(path)))


def _rank(name: str) -> int:
    return next((i for i, begin in enumerate(PREFERRED) if name.startswith(begin)), len(PREFERRED))


def _by_fontconfig() -> Iterator[Path]:
    """What fontconfig knows, where it is installed; nothing otherwise."""
    command = shutil.which("fc-list")
    if command is None:
        return
    listed = subprocess.run(  # noqa: S603 - a fixed command without a shell or outside input
        [command, "--format", "%{file}\n"], capture_output=True, text=True, timeout=20, check=False
    )
    yield from map(Path, listed.stdout.splitlines())


def _by_folders() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from folder.expanduser().rglob("*.[to]t[fc]")
