"""Datums met in China: converting both ways, guessing a batch's datum, judging streams over time."""

from gridmap.datum.conversion import (
    DATUMS,
    EAST,
    NORTH,
    SOUTH,
    STATED,
    WEST,
    Datum,
    Floats,
    UnequalLengths,
    UnknownDatum,
    from_wgs84,
    to_wgs84,
)
from gridmap.datum.guess import HYPOTHESES, DatumGuess, Footprints, Shares, as_hypothesis, guess_datum
from gridmap.datum.streams import StreamRun, judge_stream

__all__ = [
    "DATUMS",
    "EAST",
    "HYPOTHESES",
    "NORTH",
    "SOUTH",
    "STATED",
    "WEST",
    "Datum",
    "DatumGuess",
    "Floats",
    "Footprints",
    "Shares",
    "StreamRun",
    "UnequalLengths",
    "UnknownDatum",
    "as_hypothesis",
    "from_wgs84",
    "guess_datum",
    "judge_stream",
    "to_wgs84",
]
