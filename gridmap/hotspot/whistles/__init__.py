"""Whistle against hotline (哨与诉): who was first, by how long, and where nobody whistles although people complain."""

from gridmap.hotspot.whistles.leading import Events, lead_times
from gridmap.hotspot.whistles.silent import Silence, silent_grids

__all__ = ["Events", "Silence", "lead_times", "silent_grids"]
