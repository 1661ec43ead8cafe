"""Categories to choose from when filing."""

import numpy as np

from geodata.snapshots import Snapshot

#: As many as fit on a phone as large buttons.
MOST_BUTTONS = 12


def usual_categories(snapshot: Snapshot) -> tuple[list[str], list[str]]:
    """The most frequent categories of the whole city, most first, and all of them by name."""
    words = snapshot.header.categories
    counts = np.bincount(snapshot.columns["category"], minlength=len(words))
    by_count = sorted((int(-count), word) for count, word in zip(counts, words, strict=True) if count)
    return [word for _, word in by_count[:MOST_BUTTONS]], sorted(words)
