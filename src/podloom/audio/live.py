"""What is finished of an episode, to be heard while the rest is made: HLS, and one growing MP3 file.

Both hold the frames that the encoder makes for the episode itself, so level and sound are its own and nothing
is encoded twice. The playlist (RFC 8216: packed audio, type EVENT) is replaced in one step; it ends with
EXT-X-ENDLIST however the run ends.

A mix that begins again comes from its beginning: what was published before is passed over, so nobody hears
anything twice. Where the new mix sounds different just before that place, it goes on after a discontinuity.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from podloom.audio import mpeg
from podloom.audio.id3 import FRAME, timestamp_tag
from podloom.audio.samples import SAMPLE_RATE
from podloom.errors import AudioError

PLAYLIST, GROWING = "stream.m3u8", "listen.mp3"
TARGET_S = 4
"""Length of a segment; players ask for the playlist as often."""
TIMESTAMP_HZ = 90_000
SEGMENT_FRAMES = TARGET_S * SAMPLE_RATE // FRAME
ENDING, DISCONTINUITY = "#EXT-X-ENDLIST\n", "#EXT-X-DISCONTINUITY\n"
HEAD = (
    f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{TARGET_S}\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
    # Players would begin near the end of what is there.
    "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-START:TIME-OFFSET=0\n"
)


class LiveStream:
    """The stream of one run, in a folder of its own; written by one thread at a time.

    What cannot be written ends the stream, never the run: `on_trouble` is told why.
    """

    def __init__(
        self, folder: Path, *, on_playable: Callable[[], None], on_trouble: Callable[[str], None]
    ) -> None:
        self.folder = folder
        self._on_playable, self._on_trouble = on_playable, on_trouble
        self._growing: FileIO | None = None
        self._over = self._closing = False
        self._playlist, self._replaced = HEAD, HEAD
        self._segments = self._frames_cut = 0
        self._segment: list[bytes] = []
        self._fresh: list[bytes] = []
        """Frames on their way into the growing file."""
        self._position = 0
        """Frames of the mix that listeners have got; lead-ins come on top."""
        self._tail: deque[bytes] = deque(maxlen=mpeg.LOOK_BACK)
        """The last of them."""
        self._rest = b""
        self._seen = 0
        """Frames of the present mix."""
        self._passed: deque[bytes] = deque(maxlen=mpeg.LOOK_BACK)
        """The last of those that were passed over."""

    @property
    def begun(self) -> bool:
        """Whether anything is there to be heard."""
        return self._growing is not None

    def begin_mix(self) -> None:
        """What is written from now on is a mix from its beginning."""
        self._rest, self._seen, self._closing = b"", 0, False
        self._passed.clear()

    def close_mix(self) -> None:
        """The mix is about to be whole: a stream that has not begun by now is of no use."""
        self._closing = True

    def write(self, encoded: bytes) -> None:
        """Take what the encoder made, whole frames or not."""
        if encoded and not self._over and (self.begun or not self._closing):
            self._guarded(lambda: self._publish(encoded))

    def end(self) -> None:
        """Nothing comes any more; may be called twice."""
        if self.begun and not self._over:
            self._guarded(self._finish)
        self._over = True
        if self._growing is not None:
            self._growing.close()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (OSError, AudioError) as error:
            self._over = True
            self._on_trouble(f"live listening stopped at {str(self.folder)!r}: {error}")

    def _publish(self, encoded: bytes) -> None:
        frames, self._rest = mpeg.split_frames(self._rest + encoded)
        if self._growing is None:
            if not frames:
                return
            self._growing = self._begin()
        for frame in frames:
            self._take(frame)
        self._growing.write(b"".join(self._fresh))
        self._fresh.clear()
        self._replace_playlist()

    def _begin(self) -> FileIO:
        shutil.rmtree(self.folder, ignore_errors=True)  # of a run that is tried again
        self.folder.mkdir(parents=True)
        return FileIO(self.folder / GROWING, "w")

    def _finish(self) -> None:
        self._cut()
        self._playlist += ENDING
        self._replace_playlist()

    def _take(self, frame: bytes) -> None:
        self._seen += 1
        if self._seen <= self._position:
            self._passed.append(frame)
            return
        if self._passed:
            self._rejoin(frame)
        self._position = self._seen
        self._tail.append(frame)
        self._add(frame)

    def _rejoin(self, frame: bytes) -> None:
        """Go on with `frame`; after a discontinuity, unless it follows what was heard last anyway."""
        if self._passed != self._tail:
            self._cut()
            self._playlist += DISCONTINUITY
            for silent in mpeg.lead_in(self._passed, frame):
                self._add(silent)
        self._tail = self._passed.copy()
        self._passed.clear()

    def _add(self, frame: bytes) -> None:
        self._fresh.append(frame)
        self._segment.append(frame)
        if len(self._segment) == SEGMENT_FRAMES:
            self._cut()

    def _cut(self) -> None:
        """Write the segment, as long as it is."""
        if not self._segment:
            return
        name = f"{self._segments:05d}.mp3"
        ticks = round(self._frames_cut * FRAME * TIMESTAMP_HZ / SAMPLE_RATE)
        (self.folder / name).write_bytes(timestamp_tag(ticks) + b"".join(self._segment))
        self._playlist += f"#EXTINF:{len(self._segment) * FRAME / SAMPLE_RATE:.5f},\n{name}\n"
        self._segments += 1
        self._frames_cut += len(self._segment)
        self._segment.clear()

    def _replace_playlist(self) -> None:
        """In one step: players read it at any time."""
        if self._playlist == self._replaced:
            return
        first, self._replaced = self._replaced == HEAD, self._playlist
        scratch = self.folder / f".{PLAYLIST}"
        scratch.write_text(self._playlist, encoding="ascii")
        scratch.replace(self.folder / PLAYLIST)
        if first:
            self._on_playable()
