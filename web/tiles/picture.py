"""A density as a picture: five classes, nothing below the first."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: ColorBrewer's YlOrRd in five classes: tells apart in grey print and by the colour blind.
COLOURS = ("#ffffb2", "#fecc5c", "#fd8d3c", "#f03b20", "#bd0026")
_OPACITY = (150, 175, 190, 200, 210)


def _empty() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (1, 1)).save(buffer, "PNG", transparency=0)
    return buffer.getvalue()


#: A transparent picture: an image element takes an answer without a body for a failure.
EMPTY_PICTURE = _empty()


def heat_picture(density: NDArray[np.float64], breaks: tuple[float, ...]) -> bytes:
    """PNG with a palette: transparent below ``breaks[0]``, then a colour per class."""
    if density.max() < breaks[0]:
        return EMPTY_PICTURE
    classes = np.digitize(density, breaks).astype(np.uint8)
    image = Image.fromarray(classes)
    colours = [(0, 0, 0), *(tuple(bytes.fromhex(colour[1:])) for colour in COLOURS)]
    image.putpalette([part for colour in colours for part in colour])
    buffer = io.BytesIO()
    image.save(buffer, "PNG", transparency=bytes((0, *_OPACITY)))
    return buffer.getvalue()
