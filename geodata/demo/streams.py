import zlib

import numpy as np


def stream(seed: int, room: str, street: str = "") -> np.random.Generator:
    """Random numbers for one room of the city, or of one street of it.

    Each room has a stream of its own, so that a change in one (more shops, say) leaves the others as they were.
    """
    return np.random.default_rng([seed, zlib.crc32(f"{room} {street}".strip().encode())])
