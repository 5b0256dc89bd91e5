"""How an episode sounds, where it is published and where it can be heard."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from podloom.settings.group import WHOLE, Group


class AudioSettings(Group):
    """Delivery targets; the defaults are what directories ask for."""

    loudness_lufs: float = Field(default=-16.0, ge=-24, le=-12)
    ceiling_dbtp: float = Field(default=-2.0, ge=-6, le=-1, description="Of the mix; codecs add to it.")
    mp3_kbps: Annotated[Literal[64, 96, 128, 160, 192], WHOLE] = Field(
        default=128, description="Mono. Less than 128 costs twice the CPU: the encoder shapes its noise then."
    )
    m4a_kbps: int = Field(default=64, ge=32, le=256)
    opus_kbps: int = Field(default=32, ge=16, le=256)
    gap_s: float = Field(default=0.32, ge=0, le=3, description="Between speakers.")
    chapter_gap_s: float = Field(default=0.9, ge=0, le=10, description="Between chapters.")


class FeedSettings(Group):
    """How finished episodes are published as a feed."""

    base_url: str = Field(default="", description="Public address of the output folder; empty: no feed.")
    author: str = Field(default="", description="Empty: the podcast's title.")
    email: str = Field(default="")
    description: str = Field(default="")
    category: str = Field(default="Technology")
    font: str = Field(default="", description="Font file for covers; empty: one that has the letters.")


class ListeningSettings(Group):
    """Hearing an episode while it is made, and the library of `podloom serve`; see docs/listening.md."""

    live: bool = Field(default=True, description="What is finished can be heard while the rest is made.")
    folder: str = Field(default="out", description="The library shows this output folder.")
    port: int = Field(default=4280, ge=0, le=65535, description="Of the library; 0: there is none.")
    host: str = Field(default="127.0.0.1", description="Interface of that port; 0.0.0.0 in a container.")
    url: str = Field(default="", description="Address of the library for listeners; empty: host and port.")
