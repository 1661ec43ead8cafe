"""The raster over the grids: from a point to the few edges near it.

A top raster of equal cells, about one for every three edges, covers all grids. A cell with no edge in it has one owner for all
its points. Any other refers to one of three things:

- a **block** of 8 x 8 finer cells. Its cells are held by one of up to seven grids, or they are *mixed*: a leaf. The
  leaf names those of the block's edges that are in it, and which grids hold its reference point. On the way from a point
  to the reference point the edges crossed tell who is entered and left, so those that hold the point are known, exactly,
  overlaps, gaps and rings that cross themselves included.
- a finer **raster**, where a cell has more edges than a block should take: dense cities in wide districts.
- a **heap**: the grids and edges of a cell that no finer cells would sort: eight grids and more upon each other.

An edge is listed in every cell that it may touch, widened by more than all rounding of positions, and each reference point
stands well within its cell. So whatever a way between two points of a cell crosses is listed in it.

Numbers in the arrays: a cell (int32) holds the position of its owner, -1 for none, or -2 - (4 * number + kind), the kinds
being those of the kernel. A finer raster has three words: its first cell, the power of two of its side, and how many times
the top raster's cells are halved in it. A block has 64 bytes, a line of memory: three words with a bit of the code of each
cell, seven grids (int32), edges and halvings, and where its leaves start in the tails, in bytes. A leaf has a bit for each
of the block's edges and, from bit 48, one for each grid that holds the reference point; an edge its first vertex and, from
bits 40 and 48, the grids that have it and those that it lets in or out. A heap starts with its number of grids and its
reference point; each grid follows with its position (and bit 32 when it holds that point), its number of edges, and their
first vertices.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from gridmap.assignment import _kernel
from gridmap.assignment.outlines import Outlines

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_CELLS_PER_EDGE: Final = 0.3  # every edge between two grids counts twice
_MOST_SIDE: Final = 2**14  # cells; the kernel's padding relies on it
_MOST_LISTED: Final = 24  # times that an edge may be listed on average, before the raster is made coarser
_SPLIT: Final = 20  # edges that a block takes
_DEEPEST: Final = 20  # halvings below the top raster; the kernel's padding relies on it
_ULPS_PER_CELL: Final = 64  # the smallest cell, so that its reference point stands well within it
_LINE: Final = 64  # bytes of memory that come together


@dataclass(frozen=True)
class Raster:
    """The arrays of a raster; see the module. `frame` has bounds, origin, cells a degree, degrees a cell, columns, rows."""

    frame: Floats
    cells: NDArray[np.int32]
    rasters: Ints
    blocks: Ints
    tails: Ints
    heaps: Ints

    @classmethod
    def of(cls, outlines: Outlines) -> Self:
        """The raster over these outlines."""
        grid_of = outlines.grid_of_vertices()
        edges = np.flatnonzero(grid_of >= 0).astype(np.int32)
        frame = _frame(outlines.xy, edges)
        if frame[6] == 0.0:
            return cls._of_heap(frame, grid_of, edges, len(outlines))
        columns, rows = int(frame[10]), int(frame[11])
        start, listed = _kernel.binned(outlines.xy, edges, frame, 1.0, 0, 0, columns, rows)
        blocks = int(np.count_nonzero(np.diff(start)))
        arrays = _kernel.built(
            outlines.xy,
            grid_of,
            len(outlines),
            frame,
            columns,
            rows,
            _halvings(frame),
            min(8 * columns * rows + 4 * edges.size + 4096, 2**30),
            _SPLIT,
            start,
            listed,
            _in_lines(8 * blocks),
            np.empty(16 * blocks, dtype=np.int64),
        )
        return cls(frame, *arrays)

    @classmethod
    def _of_heap(cls, frame: Floats, grid_of: NDArray[np.int32], edges: NDArray[np.int32], grids: int) -> Self:
        """The raster of one cell, for no edges at all and for edges that no cells can sort."""
        nothing = np.empty(0, dtype=np.int64)
        if edges.size == 0:
            return cls(frame, np.array([-1, -1], dtype=np.int32), nothing, nothing, nothing, nothing)
        end, heaps = _kernel.one_heap(grid_of, edges, grids)
        return cls(frame, np.array([-1, -2 - _kernel.HEAP], dtype=np.int32), nothing, nothing, nothing, heaps[:end])

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """What `to_arrays` gave; memory-mapped arrays are read in place."""
        kinds = {"frame": np.float64, "cells": np.int32}
        held: dict[str, Any] = {
            field.name: np.ascontiguousarray(arrays[field.name], dtype=kinds.get(field.name, np.int64))
            for field in fields(cls)
        }
        return cls(**held)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def header(self, outlines: Outlines, area_order: Ints, code_order: Ints) -> Ints:
        """The words by which the kernels find all arrays: their addresses and the frame. Keep the arrays alive."""
        held = (self.cells, self.rasters, self.blocks, self.tails, self.heaps)
        around = (outlines.xy, outlines.ring_start, outlines.grid_start, area_order, code_order)
        words = [address(array) for array in held + around]
        return np.array([*words, *self.frame[10:].astype(np.int64), *self.frame[:10].view(np.int64)], dtype=np.int64)


def address(array: NDArray[Any]) -> int:
    """Where an array's memory starts."""
    return int(array.__array_interface__["data"][0])


def _frame(xy: Floats, edges: NDArray[np.int32]) -> Floats:
    """The frame of a raster over these edges; one cell and nothing a degree where coordinates cannot be told apart."""
    if edges.size == 0:
        return np.array([np.inf, np.inf, -np.inf, -np.inf, *np.zeros(6), 1, 1])
    places = xy.reshape(-1, 2)
    low, high = places.min(axis=0), places.max(axis=0)
    with np.errstate(over="ignore"):
        extent = high - low
    smallest = 2**_kernel.BLOCK_BITS * _ULPS_PER_CELL * np.spacing(np.abs([low, high]).max())
    if not (np.isfinite(extent).all() and extent.min() > max(smallest, 1e-280)):
        return np.array([*low, *high, *np.zeros(6), 1, 1])
    way = _kernel.extents(xy, edges)
    cells = max(1.0, _CELLS_PER_EDGE * edges.size)
    sides = np.ones(2)
    for _ in range(64):
        step = np.prod(np.sqrt(extent)) / np.sqrt(cells)
        sides = np.clip(np.ceil(extent / step), 1, np.minimum(_MOST_SIDE, np.floor(extent / smallest)))
        if cells == 1 or (sides * (way / extent)).sum() <= _MOST_LISTED * edges.size:
            break
        cells = max(1.0, cells / 4)
    per_degree = sides / extent * (1 - 2.0**-40)  # so that the last point stands within the last cell
    return np.array([*low, *high, *low, *per_degree, *1 / per_degree, *sides])


def _halvings(frame: Floats) -> int:
    """How many times the cells of the top raster may be halved."""
    smallest = _ULPS_PER_CELL * np.spacing(np.abs(frame[:4]).max())
    return int(np.clip(np.floor(np.log2(frame[8:10].min() / smallest)), 0, _DEEPEST))


def _in_lines(words: int) -> Ints:
    """Room for words that starts with a line of memory."""
    room = np.empty(words + _LINE // 8, dtype=np.int64)
    skipped = -address(room) % _LINE // 8
    return room[skipped : skipped + words]
