"""Places where the same kind of thing happens again and again, and comes back after it was settled."""

from gridmap.hotspot.repeats.repeating import repeat_places

__all__ = ["repeat_places"]
