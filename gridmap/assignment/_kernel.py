"""Compiled loops: building the raster, finding owners in it, exactly, and distances to edges.

All compiled functions of the room that call each other live here: numba's cache does not notice a change in another file.
`gridmap.assignment.raster` tells how the raster works and what its arrays hold; `gridmap.assignment.memory` reads and writes
them by address. The file has five parts: exact sides of edges, the rule, distances, finding, building.
"""

import math

import numpy as np
from numba import njit

from gridmap.assignment.memory import (
    count_ones,
    load_float,
    load_half,
    load_word,
    lowest_one,
    prefetch,
)
from gridmap.assignment.reason import REASONS, Reason

OUTSIDE, INSIDE, ON_EDGE, ON_EDGE_MOVED_INSIDE = 0, 1, 2, 3

_INSIDE = REASONS.index(Reason.INSIDE)
_EDGE = REASONS.index(Reason.EDGE)
_EDGE_TIE = REASONS.index(Reason.EDGE_TIE)
_OVERLAP = REASONS.index(Reason.OVERLAP)
_GAP = REASONS.index(Reason.GAP)
_NONE = REASONS.index(Reason.NONE)

# What the words of a raster's header hold (see `gridmap.assignment.raster`): addresses, counts, then floats.
CELLS, RASTERS, BLOCKS, TAILS, HEAPS, XY, RING_START, GRID_START, AREA_ORDER, CODE_ORDER, COLUMNS, ROWS = (
    8 * word for word in range(12)
)
LEFT, BOTTOM, RIGHT, TOP, ORIGIN_X, ORIGIN_Y, PER_X, PER_Y, STEP_X, STEP_Y = (8 * word for word in range(12, 22))

BLOCK, RASTER, HEAP = 0, 1, 2  # what a cell refers to that has no one owner
BLOCK_BITS = 3
_BLOCK_CELLS = 64
GRIDS_IN_BLOCK = 7
_MIXED = 7  # the code of a block's cell with edges in it
EDGES_IN_BLOCK = 48
_EDGE_MASK = (1 << EDGES_IN_BLOCK) - 1
_GRID_MASK = (1 << GRIDS_IN_BLOCK) - 1
_VERTEX_MASK = (1 << 40) - 1
_HAS_SHIFT, _TURN_SHIFT = 40, 48
_GRID_OF_HEAP = (1 << 32) - 1

# Where in its cell a reference point lies: odd shares, so that lattices of round numbers miss it.
_REFERENCE_X, _REFERENCE_Y = 0.5137, 0.4871
# Widening of edges, in cells of the top raster, of which there are at most 2**14 a side: a position there is wrong by less
# than 2**-36, and so is all arithmetic with it.
_PAD = 2.0**-30

# Shewchuk 1997, "Adaptive precision floating-point arithmetic", error bound A of the orientation test, rounded up.
_ERROR_BOUND = 4e-16
# Below this, products may have lost digits to underflow and the bound above does not hold.
_UNDERFLOW = 1e-280

# Products of this size, of factors up to its inverse, lose nothing to underflow or overflow when they are taken apart.
_SAFE_PRODUCT = 1e-140
_SPLITTER = 134217729.0  # 2**27 + 1

_LIMB_BITS = 24
_LIMB_MASK = (1 << _LIMB_BITS) - 1
_LOWEST_EXPONENT = -2260  # of a bit in the product of two doubles, and some to spare
_LIMBS = (2100 - _LOWEST_EXPONENT) // _LIMB_BITS
_HALF_BITS = 27
_HALF_MASK = (1 << _HALF_BITS) - 1

_SEMI_MAJOR_M = 6378137.0
_ECCENTRICITY_SQUARED = 0.0066943799901413165
_NEAREST_STEPS_PER_M = 1e6  # distances equal to the micrometre are equal: below that only rounding speaks

# Dividing by zero gives infinity, as everywhere in numpy: to raise an error costs a branch, and loops their vectors.
_compiled = njit(nogil=True, cache=True, error_model="numpy")

_STAGE = 256  # points that are found together
_VECTOR = 64  # edges that are measured together
_AHEAD = 3  # points whose owners' outlines are asked for while one is measured
_MOST_AHEAD = 2048  # bytes of such an outline
_LINE = 64  # bytes of memory that come together


# ---- Exact sides of edges


@_compiled
def _add_piece(limbs, piece, exponent):
    """Add the integer `piece` times 2**exponent to a fixed-point number held in signed limbs."""
    place = exponent - _LOWEST_EXPONENT
    limbs[place // _LIMB_BITS] += piece << (place % _LIMB_BITS)


@_compiled
def _add_product(limbs, a, b):
    """Add a * b, without any rounding: 53-bit integers multiplied by halves."""
    fraction_a, exponent_a = math.frexp(a)
    fraction_b, exponent_b = math.frexp(b)
    whole_a = np.int64(math.fabs(fraction_a) * 9007199254740992.0)
    whole_b = np.int64(math.fabs(fraction_b) * 9007199254740992.0)
    sign = np.int64(1)
    if (a < 0.0) != (b < 0.0):
        sign = np.int64(-1)
    exponent = exponent_a + exponent_b - 106
    for i in range(2):
        half_a = (whole_a >> (_HALF_BITS * i)) & _HALF_MASK
        for j in range(2):
            product = half_a * ((whole_b >> (_HALF_BITS * j)) & _HALF_MASK)
            place = exponent + _HALF_BITS * (i + j)
            _add_piece(limbs, sign * (product & _HALF_MASK), place)
            _add_piece(limbs, sign * (product >> _HALF_BITS), place + _HALF_BITS)


@_compiled
def _exact_orientation(ax, ay, bx, by, px, py):
    """Sign of the determinant with no rounding at all, for any finite doubles, subnormal ones included."""
    limbs = np.zeros(_LIMBS, dtype=np.int64)
    _add_product(limbs, ax, by)
    _add_product(limbs, -ax, py)
    _add_product(limbs, bx, py)
    _add_product(limbs, -bx, ay)
    _add_product(limbs, px, ay)
    _add_product(limbs, -px, by)
    carry = np.int64(0)
    any_bit = np.int64(0)
    for i in range(_LIMBS):
        value = limbs[i] + carry
        any_bit |= value & _LIMB_MASK
        carry = value >> _LIMB_BITS
    if carry < 0:
        return -1
    return 1 if (carry > 0 or any_bit != 0) else 0


@_compiled
def _rounded_off(a, b, difference):
    """What the difference a - b, rounded, lacks of the true one (Knuth)."""
    less = a - difference
    more = difference + less
    return (a - more) + (less - b)


@_compiled
def _product_rounded_off(a, b, product):
    """What the product a * b, rounded, lacks of the true one (Dekker, Veltkamp)."""
    high = _SPLITTER * a
    a_high = high - (high - a)
    high = _SPLITTER * b
    b_high = high - (high - b)
    a_low = a - a_high
    b_low = b - b_high
    return a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


@_compiled
def orientation(ax, ay, bx, by, px, py):
    """1 when p lies left of the line from a to b, -1 right, 0 on it; exact."""
    dx = bx - ax
    dy = by - ay
    ex = px - ax
    ey = py - ay
    left = dx * ey
    right = dy * ex
    size = math.fabs(left) + math.fabs(right)
    difference = left - right
    if size > _UNDERFLOW:
        if difference > _ERROR_BOUND * size:
            return 1
        if -difference > _ERROR_BOUND * size:
            return -1
    largest = max(max(math.fabs(dx), math.fabs(dy)), max(math.fabs(ex), math.fabs(ey)))
    if size > _SAFE_PRODUCT and largest < 1.0 / _SAFE_PRODUCT:
        # Between neighbours the differences are exact, and two words hold each product.
        lost = math.fabs(_rounded_off(bx, ax, dx)) + math.fabs(_rounded_off(by, ay, dy))
        lost += math.fabs(_rounded_off(px, ax, ex)) + math.fabs(_rounded_off(py, ay, ey))
        if lost == 0.0:
            less = _product_rounded_off(dy, ex, right)
            more = _product_rounded_off(dx, ey, left)
            rest = less - more
            if difference == rest:
                difference = 0.0
                rest = _rounded_off(less, more, rest)
            return 1 if difference > rest else -1 if difference < rest else 0
    return _exact_orientation(ax, ay, bx, by, px, py)


@_compiled
def _moved_left(ax, ay, bx, by, px, py):
    """Whether p moved by (e, e*e), e infinitely small, lies left of the line from a to b; it never lies on it."""
    side = orientation(ax, ay, bx, by, px, py)
    if side == 0:
        return by < ay if by != ay else bx > ax
    return side > 0


@_compiled
def _crossed(ax, ay, bx, by, px, py, qx, qy):
    """Whether the way from p level to (qx, py) and upright to q, all moved by (e, e*e), crosses an edge an odd number of times.

    No moved point has the height or the longitude of a vertex, so each leg crosses the edge once or not at all. With qx
    minus infinity there is only the first leg.
    """
    level = (ay <= py) != (by <= py)
    if qx == -math.inf:
        return level and _moved_left(ax, ay, bx, by, px, py) != (by > ay)
    upright = (ax <= qx) != (bx <= qx)
    if not level and not upright:
        return False
    corner = _moved_left(ax, ay, bx, by, qx, py)
    odd = level and corner != _moved_left(ax, ay, bx, by, px, py)
    if upright and corner != _moved_left(ax, ay, bx, by, qx, qy):
        odd = not odd
    return odd


@_compiled
def _on_edge(ax, ay, bx, by, px, py):
    """Whether p lies on the edge, ends included."""
    if px < min(ax, bx) or px > max(ax, bx) or py < min(ay, by) or py > max(ay, by):
        return False
    return orientation(ax, ay, bx, by, px, py) == 0


# ---- The rule (gridmap.assignment.rule tells it in words)

_NOTHING_FOUND = (
    0,
    0,
    -1,
    -1,
    -1,
)  # grids inside and on edge; the smallest inside, the smallest moved inside, the first


@_compiled
def _earlier(one, other, order):
    """The grid that ranks first; -1 stands for no grid; `order` is an address."""
    if one < 0 or (other >= 0 and load_word(order + 8 * other) < load_word(order + 8 * one)):
        return other
    return one


@_compiled
def _considered(found, grid, relation, area_order, code_order):
    """What is found when one more grid has been looked at."""
    inside, edges, smallest, smallest_moved, first_by_code = found
    if relation == INSIDE:
        inside += 1
        smallest = _earlier(smallest, grid, area_order)
    elif relation != OUTSIDE:
        edges += 1
        first_by_code = _earlier(first_by_code, grid, code_order)
        if relation == ON_EDGE_MOVED_INSIDE:
            smallest_moved = _earlier(smallest_moved, grid, area_order)
    return inside, edges, smallest, smallest_moved, first_by_code


@_compiled
def _decided(found):
    """The owner and the reason, from what is found at the point."""
    inside, edges, smallest, smallest_moved, first_by_code = found
    if inside > 0:
        return smallest, _INSIDE if inside == 1 else _OVERLAP
    if edges == 1:
        return first_by_code, _EDGE
    if edges > 1:
        return smallest_moved if smallest_moved >= 0 else first_by_code, _EDGE_TIE
    return -1, _NONE


@_compiled
def _nearer(nearest, grid, distance_m, code_order):
    """The nearest of two: (steps, grid)."""
    least, owner = nearest
    steps = np.rint(distance_m * _NEAREST_STEPS_PER_M)
    if steps < least:
        return steps, grid
    if steps == least:
        return least, _earlier(owner, grid, code_order)
    return nearest


@_compiled
def choose(start, grids, relation, distance_m, area_order, code_order, gap_limit_m, owner, reason):
    """`gridmap.assignment.rule.choose_owner` into `owner` and `reason`; the two orders by address."""
    for i in range(owner.size):
        found = _NOTHING_FOUND
        nearest = (math.inf, -1)
        for k in range(start[i], start[i + 1]):
            found = _considered(found, grids[k], relation[k], area_order, code_order)
            if relation[k] == OUTSIDE and distance_m[k] <= gap_limit_m:
                nearest = _nearer(nearest, grids[k], distance_m[k], code_order)
        owner[i], reason[i] = _decided(found)
        if owner[i] < 0 and nearest[1] >= 0:
            owner[i], reason[i] = nearest[1], _GAP


# ---- Distances


@_compiled
def metres_per_degree(lat):
    """Metres per degree of longitude and of latitude on the WGS84 ellipsoid at a latitude."""
    sine = math.sin(math.radians(lat))
    magic = 1.0 - _ECCENTRICITY_SQUARED * sine * sine
    parallel = _SEMI_MAJOR_M / math.sqrt(magic) * math.cos(math.radians(lat))
    meridian = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (magic * math.sqrt(magic))
    return math.radians(parallel), math.radians(meridian)


@_compiled
def _squared_distance(ax, ay, bx, by, px, py, east, north):
    """Square metres from p to an edge, in the plane that touches the ellipsoid at p; without branches, for vectors."""
    # Always from the same end, so that two grids with this edge are equally far, whichever way they run.
    turned = (bx < ax) | ((bx == ax) & (by < ay))
    from_x = ((bx if turned else ax) - px) * east
    from_y = ((by if turned else ay) - py) * north
    to_x = ((ax if turned else bx) - px) * east
    to_y = ((ay if turned else by) - py) * north
    dx = to_x - from_x
    dy = to_y - from_y
    length = dx * dx + dy * dy
    along = -(from_x * dx + from_y * dy)
    share = along / (length if length > 0.0 else 1.0)
    share = share if share > 0.0 else 0.0
    # The vertex itself at an end: two edges that end there are equally far.
    x = to_x if share >= 1.0 else from_x + share * dx
    y = to_y if share >= 1.0 else from_y + share * dy
    return x * x + y * y


@_compiled
def _distance_to_edge_m(header, grid, px, py, x, y, squares):
    """Metres from p to the nearest point of a grid's rings; the arrays are room for `_VECTOR` edges at a time."""
    east, north = metres_per_degree(py)
    xy = load_word(header + XY)
    rings = load_word(header + RING_START)
    grids = load_word(header + GRID_START)
    nearest = math.inf
    for ring in range(load_word(grids + 8 * grid), load_word(grids + 8 * grid + 8)):
        last = load_word(rings + 8 * ring + 8) - 1
        for first in range(load_word(rings + 8 * ring), last, _VECTOR):
            count = min(_VECTOR, last - first)
            for i in range(count + 1):
                x[i] = load_float(xy + 16 * (first + i))
                y[i] = load_float(xy + 16 * (first + i) + 8)
            for i in range(count):
                squares[i] = _squared_distance(x[i], y[i], x[i + 1], y[i + 1], px, py, east, north)
            for i in range(count):
                nearest = min(nearest, squares[i])
    return math.sqrt(nearest)


@_compiled
def distances_to_owners(header, lon, lat, owner, reason, distance_m):
    """Metres from each point to the edge of its owner, 0 on an edge, NaN without an owner; `lon`, `lat` by address."""
    x = np.empty(_VECTOR + 1)
    y = np.empty(_VECTOR + 1)
    squares = np.empty(_VECTOR)
    xy = load_word(header + XY)
    rings = load_word(header + RING_START)
    grids = load_word(header + GRID_START)
    for i in range(owner.size):
        ahead = owner[min(i + _AHEAD, owner.size - 1)]
        if ahead >= 0:
            ring = load_word(grids + 8 * ahead)
            first = xy + 16 * load_word(rings + 8 * ring)
            last = xy + 16 * load_word(rings + 8 * ring + 8)
            for line in range(first, min(last, first + _MOST_AHEAD), _LINE):
                prefetch(line)
        if reason[i] == _EDGE or reason[i] == _EDGE_TIE:
            distance_m[i] = 0.0  # where rounding would say otherwise
        elif owner[i] >= 0:
            px = load_float(lon + 8 * i)
            py = load_float(lat + 8 * i)
            distance_m[i] = _distance_to_edge_m(header, owner[i], px, py, x, y, squares)
        else:
            distance_m[i] = math.nan


# ---- Finding


@_compiled
def _reference(origin, step, cell, share):
    """A coordinate of a cell's reference point."""
    return origin + (cell + share) * step


@_compiled
def _place(header, px, py):
    """Where a point within the bounds lies, in cells of the top raster."""
    gx = (px - load_float(header + ORIGIN_X)) * load_float(header + PER_X)
    gy = (py - load_float(header + ORIGIN_Y)) * load_float(header + PER_Y)
    return gx, gy


@_compiled
def _within(header, px, py):
    """Whether a point lies in the bounding box of all grids; not when it is nowhere (NaN)."""
    level = (px >= load_float(header + LEFT)) & (px <= load_float(header + RIGHT))
    return level & (py >= load_float(header + BOTTOM)) & (py <= load_float(header + TOP))


@_compiled
def _cell_of_raster(header, raster, gx, gy):
    """The address of the cell of a finer raster that holds a point."""
    row = load_word(header + RASTERS) + 24 * raster
    bits = load_word(row + 8)
    scale = float(1 << load_word(row + 16))
    side = (1 << bits) - 1
    cell = ((np.int64(gy * scale) & side) << bits) | (np.int64(gx * scale) & side)
    return load_word(header + CELLS) + 4 * (load_word(row) + cell)


@_compiled
def _cell_of_block(block, gx, gy):
    """The number of the cell of a block that holds a point: row, then column, three bits each."""
    scale = float(1 << (load_half(block + 52) >> 8))
    return ((np.int64(gy * scale) & 7) << 3) | (np.int64(gx * scale) & 7)


@_compiled
def _mixed_cells(block):
    """The cells of a block with edges in them, a bit each."""
    return load_word(block) & load_word(block + 8) & load_word(block + 16)


@_compiled
def _code(block, cell):
    """Which of the block's grids holds the whole cell, or `_MIXED`."""
    one = (load_word(block) >> cell) & 1
    two = (load_word(block + 8) >> cell) & 1
    four = (load_word(block + 16) >> cell) & 1
    return one | (two << 1) | (four << 2)


@_compiled
def _leaf_of(header, block, cell):
    """The address of the leaf of a mixed cell."""
    before = count_ones(_mixed_cells(block) & ((np.int64(1) << cell) - 1))
    return load_word(header + TAILS) + load_word(block + 56) + 8 * before


@_compiled
def _edges_of_block(header, block):
    """The address of a block's edges, which follow its leaves."""
    return load_word(header + TAILS) + load_word(block + 56) + 8 * count_ones(_mixed_cells(block))


@_compiled
def _reference_of_leaf(header, block, gx, gy):
    """The reference point of the leaf that holds a point."""
    scale = float(1 << (load_half(block + 52) >> 8))
    x = _reference(
        load_float(header + ORIGIN_X), load_float(header + STEP_X) / scale, np.int64(gx * scale), _REFERENCE_X
    )
    y = _reference(
        load_float(header + ORIGIN_Y), load_float(header + STEP_Y) / scale, np.int64(gy * scale), _REFERENCE_Y
    )
    return x, y


@_compiled
def _quickly_in_leaf(header, block, leaf, px, py):
    """The one grid that holds a point off all edges, -1 for none; -2 where that is in doubt or there are several."""
    gx, gy = _place(header, px, py)
    qx, qy = _reference_of_leaf(header, block, gx, gy)
    word = load_word(leaf)
    grids = (word >> EDGES_IN_BLOCK) & _GRID_MASK
    left = word & _EDGE_MASK
    edges = _edges_of_block(header, block)
    xy = load_word(header + XY)
    doubt = False
    while left != 0:
        edge = load_word(edges + 8 * lowest_one(left))
        left &= left - 1
        at = xy + 16 * (edge & _VERTEX_MASK)
        ax = load_float(at)
        ay = load_float(at + 8)
        dx = load_float(at + 16) - ax
        by = load_float(at + 24)
        dy = by - ay
        bx = load_float(at + 16)
        level = (ay <= py) != (by <= py)
        upright = (ax <= qx) != (bx <= qx)
        # The height of a vertex: the point may be one, or on a level edge.
        doubt |= (ay == py) | (by == py)
        if level | upright:
            along_q = dy * (qx - ax)
            along_p = dy * (px - ax)
            across_p = dx * (py - ay)
            across_q = dx * (qy - ay)
            corner = across_p - along_q
            point = across_p - along_p
            target = across_q - along_q
            bound = (
                _ERROR_BOUND * (math.fabs(along_q) + math.fabs(along_p) + math.fabs(across_p) + math.fabs(across_q))
                + _UNDERFLOW
            )
            # Said so that a difference that is no number, of products too large, is in doubt.
            doubt |= not (math.fabs(corner) > bound)
            doubt |= level & (not (math.fabs(point) > bound))
            doubt |= upright & (not (math.fabs(target) > bound))
            odd = (level & ((corner > 0.0) != (point > 0.0))) != (upright & ((corner > 0.0) != (target > 0.0)))
            if odd:
                grids ^= edge >> _TURN_SHIFT
    if doubt or (grids & (grids - 1)) != 0:
        return -2
    return load_half(block + 24 + 4 * lowest_one(grids)) if grids != 0 else -1


@_compiled
def _carefully_in_leaf(header, block, leaf, px, py):
    """Owner and reason of a point anywhere in the leaf."""
    gx, gy = _place(header, px, py)
    qx, qy = _reference_of_leaf(header, block, gx, gy)
    word = load_word(leaf)
    odd = (word >> EDGES_IN_BLOCK) & _GRID_MASK
    on_edge = 0
    left = word & _EDGE_MASK
    edges = _edges_of_block(header, block)
    while left != 0:
        edge = load_word(edges + 8 * lowest_one(left))
        left &= left - 1
        at = load_word(header + XY) + 16 * (edge & _VERTEX_MASK)
        ax = load_float(at)
        ay = load_float(at + 8)
        bx = load_float(at + 16)
        by = load_float(at + 24)
        if _crossed(ax, ay, bx, by, px, py, qx, qy):
            odd ^= edge >> _TURN_SHIFT
        if _on_edge(ax, ay, bx, by, px, py):
            on_edge |= (edge >> _HAS_SHIFT) & _GRID_MASK
    found = _NOTHING_FOUND
    left = odd | on_edge
    while left != 0:
        place = lowest_one(left)
        left &= left - 1
        relation = INSIDE
        if (on_edge >> place) & 1:
            relation = ON_EDGE_MOVED_INSIDE if (odd >> place) & 1 else ON_EDGE
        grid = load_half(block + 24 + 4 * place)
        found = _considered(found, grid, relation, load_word(header + AREA_ORDER), load_word(header + CODE_ORDER))
    return _decided(found)


@_compiled
def _in_heap(header, heap, px, py):
    """Owner and reason of a point in a cell whose grids or edges are too many for a block."""
    at = load_word(header + HEAPS) + 8 * heap
    count = load_word(at)
    qx = load_float(at + 8)
    qy = load_float(at + 16)
    at += 24
    found = _NOTHING_FOUND
    for _ in range(count):
        grid = load_word(at) & _GRID_OF_HEAP
        odd = (load_word(at) >> 32) != 0
        edges = load_word(at + 8)
        on_edge = False
        at += 16
        for _ in range(edges):
            edge = load_word(header + XY) + 16 * load_word(at)
            ax = load_float(edge)
            ay = load_float(edge + 8)
            bx = load_float(edge + 16)
            by = load_float(edge + 24)
            odd ^= _crossed(ax, ay, bx, by, px, py, qx, qy)
            on_edge |= _on_edge(ax, ay, bx, by, px, py)
            at += 8
        relation = OUTSIDE
        if on_edge:
            relation = ON_EDGE_MOVED_INSIDE if odd else ON_EDGE
        elif odd:
            relation = INSIDE
        found = _considered(found, grid, relation, load_word(header + AREA_ORDER), load_word(header + CODE_ORDER))
    return _decided(found)


@_compiled
def _found(header, reference, px, py):
    """Owner and reason of a point in a cell that refers to something finer."""
    gx, gy = _place(header, px, py)
    while (reference & 3) == RASTER:
        value = load_half(_cell_of_raster(header, reference >> 2, gx, gy))
        if value >= -1:
            return value, _INSIDE if value >= 0 else _NONE
        reference = -2 - value
    if (reference & 3) == HEAP:
        return _in_heap(header, reference >> 2, px, py)
    block = load_word(header + BLOCKS) + 64 * (reference >> 2)
    cell = _cell_of_block(block, gx, gy)
    code = _code(block, cell)
    if code != _MIXED:
        owner = load_half(block + 24 + 4 * code)
    else:
        leaf = _leaf_of(header, block, cell)
        owner = _quickly_in_leaf(header, block, leaf, px, py)
        if owner == -2:
            return _carefully_in_leaf(header, block, leaf, px, py)
    return owner, _INSIDE if owner >= 0 else _NONE


@_compiled
def _room(array, used, more):
    """The array, or a larger copy where there is no room for more."""
    if used + more <= array.size:
        return array
    larger = np.empty(max(2 * array.size, used + more), dtype=array.dtype)
    larger[:used] = array[:used]
    return larger


@_compiled
def _edge_met(at, px, py, scales, limit_m, search):
    """Take an edge into the search when it is near enough: the distance and whether it matters."""
    metres = math.sqrt(
        _squared_distance(
            load_float(at), load_float(at + 8), load_float(at + 16), load_float(at + 24), px, py, scales[0], scales[1]
        )
    )
    search[0] = min(search[0], metres)
    return metres, metres <= limit_m and metres <= search[0] + search[1]


@_compiled
def _near_edges(header, reference, px, py, scales, limit_m, search, nearest):
    """The nearest grid (steps, grid) when the edges of a block or a heap are taken too."""
    code_order = load_word(header + CODE_ORDER)
    xy = load_word(header + XY)
    if (reference & 3) == BLOCK:
        block = load_word(header + BLOCKS) + 64 * (reference >> 2)
        at = _edges_of_block(header, block)
        for _ in range(load_half(block + 52) & 255):
            edge = load_word(at)
            at += 8
            metres, matters = _edge_met(xy + 16 * (edge & _VERTEX_MASK), px, py, scales, limit_m, search)
            has = (edge >> _HAS_SHIFT) & _GRID_MASK
            while matters and has != 0:
                nearest = _nearer(nearest, load_half(block + 24 + 4 * lowest_one(has)), metres, code_order)
                has &= has - 1
        return nearest
    at = load_word(header + HEAPS) + 8 * (reference >> 2)
    count = load_word(at)
    at += 24
    for _ in range(count):
        grid = load_word(at) & _GRID_OF_HEAP
        edges = load_word(at + 8)
        at += 16
        for _ in range(edges):
            metres, matters = _edge_met(xy + 16 * load_word(at), px, py, scales, limit_m, search)
            at += 8
            if matters:
                nearest = _nearer(nearest, grid, metres, code_order)
    return nearest


@_compiled
def _near_cell(header, reference, column, row, px, py, scales, limit_m, search, nearest):
    """The nearest grid (steps, grid) when the edges of a cell of the top raster are taken too.

    `search` holds the least distance so far and the slack of cells, metres. Finer rasters wait on a stack: what they
    refer to, their column and row.
    """
    if (reference & 3) != RASTER:
        return _near_edges(header, reference, px, py, scales, limit_m, search, nearest)
    stack = np.empty(384, dtype=np.int64)
    stack[0] = reference
    stack[1] = column
    stack[2] = row
    waiting = 3
    while waiting > 0:
        waiting -= 3
        reference = stack[waiting]
        if (reference & 3) != RASTER:
            nearest = _near_edges(header, reference, px, py, scales, limit_m, search, nearest)
            continue
        raster = load_word(header + RASTERS) + 24 * (reference >> 2)
        bits = load_word(raster + 8)
        column = stack[waiting + 1] << bits
        row = stack[waiting + 2] << bits
        first_column, last_column = _reached(header, px, 0, load_word(raster + 16), scales, search)
        first_row, last_row = _reached(header, py, 1, load_word(raster + 16), scales, search)
        for v in range(max(row, first_row), min(row + (1 << bits) - 1, last_row) + 1):
            for u in range(max(column, first_column), min(column + (1 << bits) - 1, last_column) + 1):
                cell = load_word(raster) + ((v - row) << bits) + u - column
                finer = -2 - load_half(load_word(header + CELLS) + 4 * cell)
                if finer >= 0:
                    stack = _room(stack, waiting, 3)
                    stack[waiting] = finer
                    stack[waiting + 1] = u
                    stack[waiting + 2] = v
                    waiting += 3
    return nearest


@_compiled
def _reached(header, place, axis, level, scales, search):
    """The first and the last column (axis 0) or row (1) with something as near as the search has found."""
    scale = float(1 << level)
    middle = (place - load_float(header + ORIGIN_X + 8 * axis)) * load_float(header + PER_X + 8 * axis) * scale
    middle = min(max(middle, -1e300), 1e300)
    side = load_word(header + COLUMNS + 8 * axis) << level
    reach_m = search[0] + search[1]
    step_m = load_float(header + STEP_X + 8 * axis) / scale * scales[axis]
    reach = reach_m / step_m + 1e-6 * math.fabs(middle) + 1e-3 if step_m > 0.0 else math.inf
    # Kept within what whole numbers hold; beyond the raster there is nothing.
    first = math.floor(max(-1.0, min(middle - reach, float(side))))
    last = math.floor(max(-1.0, min(middle + reach, float(side))))
    return max(np.int64(first), 0), min(np.int64(last), side - 1)


@_compiled
def _nearest(header, px, py, limit_m):
    """The grid nearest to a point that lies in none, -1 when none is within the limit."""
    if not (math.isfinite(px) and math.isfinite(py)):
        return np.int64(-1)
    east, north = metres_per_degree(py)
    scales = (math.fabs(east), math.fabs(north))
    step_x = load_float(header + STEP_X) * scales[0]
    step_y = load_float(header + STEP_Y) * scales[1]
    slack_m = 1e-5 + 1e-6 * (
        step_x + step_y
    )  # edges stand in cells as wide as their padding, and distances are rounded
    search = np.empty(2)
    search[0] = limit_m
    search[1] = slack_m
    nearest = (math.inf, np.int64(-1))
    columns = load_word(header + COLUMNS)
    rows = load_word(header + ROWS)
    middle_x, middle_y = _place(header, px, py)
    middle_column = np.int64(min(max(middle_x, 0.0), columns - 1.0))
    middle_row = np.int64(min(max(middle_y, 0.0), rows - 1.0))
    farthest = max(middle_column, columns - 1 - middle_column, middle_row, rows - 1 - middle_row)
    for ring in range(farthest + 1):
        # Cells of this ring are at least so far: one cell less than their number, for the point stands in one.
        if (ring - 1) * min(step_x, step_y) > search[0] + slack_m:
            break
        first_column, last_column = _reached(header, px, 0, 0, scales, search)
        first_row, last_row = _reached(header, py, 1, 0, scales, search)
        for row in range(max(middle_row - ring, first_row), min(middle_row + ring, last_row) + 1):
            whole = row == middle_row - ring or row == middle_row + ring
            stride = 1 if whole or ring == 0 else 2 * ring
            for column in range(middle_column - ring, middle_column + ring + 1, stride):
                if first_column <= column <= last_column:
                    finer = -2 - load_half(load_word(header + CELLS) + 4 * (row * columns + column + 1))
                    if finer >= 0:
                        nearest = _near_cell(header, finer, column, row, px, py, scales, limit_m, search, nearest)
    return nearest[1]


@_compiled
def owner_of(header, px, py, gap_limit_m):
    """The owner of one point."""
    owner = np.int64(-1)
    if _within(header, px, py):
        gx, gy = _place(header, px, py)
        cell = np.int64(gy) * load_word(header + COLUMNS) + np.int64(gx) + 1
        owner = load_half(load_word(header + CELLS) + 4 * cell)
        if owner < -1:
            owner = _found(header, -2 - owner, px, py)[0]
    if owner < 0 and gap_limit_m > 0.0:
        owner = _nearest(header, px, py, gap_limit_m)
    return owner


@_compiled
def locate(header, lon, lat, gap_limit_m, owner, reason):
    """Owners, and reasons when `reason` has room for them, of points by the addresses `lon` and `lat`.

    Points go through the raster in stages of many at once, each of which asks for the memory that the next will read: a
    point alone waits for memory four times.
    """
    cells = load_word(header + CELLS)
    blocks = load_word(header + BLOCKS)
    xy = load_word(header + XY)
    columns = load_word(header + COLUMNS)
    left = load_float(header + LEFT)
    right = load_float(header + RIGHT)
    bottom = load_float(header + BOTTOM)
    top = load_float(header + TOP)
    origin_x = load_float(header + ORIGIN_X)
    origin_y = load_float(header + ORIGIN_Y)
    per_x = load_float(header + PER_X)
    per_y = load_float(header + PER_Y)
    explained = reason.size > 0

    address = np.empty(_STAGE, dtype=np.int64)  # of the cell in the raster, later of the leaf
    fine = np.empty(_STAGE, dtype=np.int64)  # the cell of a block just under the top raster
    who = np.empty(_STAGE, dtype=np.int64)
    what = np.empty(_STAGE, dtype=np.int64)

    for first in range(0, owner.size, _STAGE):
        count = min(_STAGE, owner.size - first)
        owners = owner[first : first + count]
        x_at = lon + 8 * first
        y_at = lat + 8 * first
        for i in range(count):
            px = load_float(x_at + 8 * i)
            py = load_float(y_at + 8 * i)
            within = (px >= left) & (px <= right) & (py >= bottom) & (py <= top)
            gx = (px - origin_x) * per_x if within else 0.0
            gy = (py - origin_y) * per_y if within else 0.0
            u = np.int64(gx * 8.0)
            v = np.int64(gy * 8.0)
            fine[i] = ((v & 7) << 3) | (u & 7)
            address[i] = cells + 4 * ((v >> 3) * columns + (u >> 3) + 1 if within else 0)
        for i in range(count):
            prefetch(address[i])

        waiting = 0
        for i in range(count):
            value = load_half(address[i])
            owners[i] = value
            who[waiting] = i
            what[waiting] = -2 - value
            waiting += value < -1
        if explained:
            for i in range(count):
                reason[first + i] = _INSIDE if owners[i] >= 0 else _NONE
        for k in range(waiting):
            prefetch(blocks + 64 * (what[k] >> 2))

        # Cells with edges; other than blocks they are rare, and dense cities have blocks under finer rasters.
        mixed = 0
        for k in range(waiting):
            i = who[k]
            reference = what[k]
            if (reference & 3) != BLOCK:
                px = load_float(x_at + 8 * i)
                py = load_float(y_at + 8 * i)
                owners[i], why = _found(header, reference, px, py)
                if explained:
                    reason[first + i] = why
                continue
            block = blocks + 64 * (reference >> 2)
            cell = fine[i]
            code = _code(block, cell)
            value = load_half(block + 24 + 4 * min(code, _MIXED - 1))
            owners[i] = value
            if explained:
                reason[first + i] = _INSIDE if value >= 0 else _NONE
            who[mixed] = i
            what[mixed] = block
            address[mixed] = _leaf_of(header, block, cell)
            mixed += code == _MIXED
        for k in range(mixed):
            prefetch(address[k])
            prefetch(_edges_of_block(header, what[k]))
        for k in range(mixed):
            edges = _edges_of_block(header, what[k])
            mask = load_word(address[k]) & _EDGE_MASK
            while mask != 0:
                prefetch(xy + 16 * (load_word(edges + 8 * lowest_one(mask)) & _VERTEX_MASK))
                mask &= mask - 1
        for k in range(mixed):
            i = who[k]
            px = load_float(x_at + 8 * i)
            py = load_float(y_at + 8 * i)
            value = _quickly_in_leaf(header, what[k], address[k], px, py)
            why = _INSIDE if value >= 0 else _NONE
            if value == -2:
                value, why = _carefully_in_leaf(header, what[k], address[k], px, py)
            owners[i] = value
            if explained:
                reason[first + i] = why

        if gap_limit_m > 0.0:
            for i in range(count):
                if owners[i] < 0:
                    owners[i] = _nearest(header, load_float(x_at + 8 * i), load_float(y_at + 8 * i), gap_limit_m)
                    if explained and owners[i] >= 0:
                        reason[first + i] = _GAP


# ---- Building


@_compiled
def _cells_between(low, high, cells, pad):
    """First and last of so many cells that what reaches from low to high may touch."""
    return max(np.int64(math.floor(low - pad)), 0), min(np.int64(math.floor(high + pad)), cells - 1)


@_compiled
def _columns_of_row(ax, ay, bx, by, row, columns, pad):
    """First and last column that an edge with ay <= by, in cells of a raster, may touch in a row."""
    start = ax
    end = bx
    rise = by - ay
    if rise > 0.0:
        start = ax + (bx - ax) * min(max((row - pad - ay) / rise, 0.0), 1.0)
        end = ax + (bx - ax) * min(max((row + 1 + pad - ay) / rise, 0.0), 1.0)
    return _cells_between(min(start, end), max(start, end), columns, pad)


@_compiled
def _edge_in_cells(xy, vertex, frame, scale, column, row):
    """An edge from its lower end to its upper, in cells `scale` times finer than the top raster's, from a cell on."""
    origin_x, origin_y, per_x, per_y = frame[4], frame[5], frame[6], frame[7]
    ax = (xy[2 * vertex] - origin_x) * per_x * scale - column
    ay = (xy[2 * vertex + 1] - origin_y) * per_y * scale - row
    bx = (xy[2 * vertex + 2] - origin_x) * per_x * scale - column
    by = (xy[2 * vertex + 3] - origin_y) * per_y * scale - row
    if ay > by:
        return bx, by, ax, ay
    return ax, ay, bx, by


@_compiled
def extents(xy, edges):
    """How far all edges reach together, level and upright."""
    reach = np.zeros(2)
    for edge in edges:
        reach[0] += math.fabs(xy[2 * edge + 2] - xy[2 * edge])
        reach[1] += math.fabs(xy[2 * edge + 3] - xy[2 * edge + 1])
    return reach


@_compiled
def binned(xy, edges, frame, scale, column, row, columns, rows):
    """The edges of each cell of a raster, in ascending order: where they start, and the edges.

    The raster's lower left cell is that of `column` and `row` among cells `scale` times finer than the top raster's.
    """
    pad = _PAD * scale
    start = np.zeros(columns * rows + 1, dtype=np.int64)
    listed = np.empty(0, dtype=np.int32)
    for counting in (True, False):
        if not counting:
            # Each cell's place moves to its end while it is filled, and so becomes the start of the next.
            total = 0
            for cell in range(columns * rows):
                total += start[cell + 1]
                start[cell + 1] = total - start[cell + 1]
            listed = np.empty(total, dtype=np.int32)
        for edge in edges:
            ax, ay, bx, by = _edge_in_cells(xy, edge, frame, scale, column, row)
            low, high = _cells_between(ay, by, rows, pad)
            for j in range(low, high + 1):
                first, last = _columns_of_row(ax, ay, bx, by, j, columns, pad)
                for i in range(first, last + 1):
                    cell = j * columns + i
                    if not counting:
                        listed[start[cell + 1]] = edge
                    start[cell + 1] += 1
    return start, listed


@_compiled
def _turned(members, count, place, grid):
    """Put a grid into a set or take it out; `place` holds where each member stands, -1 for others. The new count."""
    at = place[grid]
    if at < 0:
        place[grid] = count
        members[count] = grid
        return count + 1
    last = members[count - 1]
    members[at] = last
    place[last] = at
    place[grid] = -1
    return count - 1


@_compiled
def _crosses(xy, edge, px, py, qx, qy):
    """`_crossed` for an edge by the number of its first vertex."""
    at = 2 * edge
    return _crossed(xy[at], xy[at + 1], xy[at + 2], xy[at + 3], px, py, qx, qy)


@_compiled
def _states(
    xy, grid_of, start, listed, edges, inherited, way, frame, scale, column, row, columns, rows, members, place
):
    """Which grids hold the reference point of each cell of a raster.

    A walk along each row, from `way`, a point held by the grids `inherited`; the edges crossed tell who enters and leaves.
    `edges` are all of a finer raster's; the top raster's walk comes from minus infinity and meets those of its first
    cell. Returns a value a cell, as `Raster` has them for owners, or -2 - k for the k-th set of several grids; where the
    sets start; and their members.
    """
    state = np.empty(columns * rows, dtype=np.int32)
    set_start = np.zeros(16, dtype=np.int64)
    sets = np.empty(16, dtype=np.int32)
    set_count = 0
    step_x = frame[8] / scale
    step_y = frame[9] / scale
    for j in range(rows):
        qy = _reference(frame[5], step_y, row + j, _REFERENCE_Y)
        qx = _reference(frame[4], step_x, column, _REFERENCE_X)
        count = 0
        for grid in inherited:
            count = _turned(members, count, place, grid)
        if way[0] == -math.inf:
            for k in range(start[j * columns], start[j * columns + 1]):
                if _crosses(xy, listed[k], qx, qy, way[0], way[1]):
                    count = _turned(members, count, place, grid_of[listed[k]])
        else:
            for edge in edges:
                if _crosses(xy, edge, qx, qy, way[0], way[1]):
                    count = _turned(members, count, place, grid_of[edge])
        recorded = False
        for i in range(columns):
            cell = j * columns + i
            if i > 0:
                # On to the next cell: whatever is crossed stands in this one or in that.
                nx = _reference(frame[4], step_x, column + i, _REFERENCE_X)
                a = start[cell - 1]
                b = start[cell]
                while a < start[cell] or b < start[cell + 1]:
                    edge = (
                        listed[a] if b == start[cell + 1] or (a < start[cell] and listed[a] <= listed[b]) else listed[b]
                    )
                    if a < start[cell] and listed[a] == edge:
                        a += 1
                    if b < start[cell + 1] and listed[b] == edge:
                        b += 1
                    if _crosses(xy, edge, qx, qy, nx, qy):
                        count = _turned(members, count, place, grid_of[edge])
                        recorded = False
                qx = nx
            if count <= 1:
                state[cell] = members[0] if count == 1 else -1
                continue
            if not recorded:
                sets = _room(sets, set_start[set_count], count)
                set_start = _room(set_start, set_count + 1, 1)
                sets[set_start[set_count] : set_start[set_count] + count] = members[:count]
                set_start[set_count + 1] = set_start[set_count] + count
                set_count += 1
                recorded = True
            state[cell] = -1 - set_count
        for k in range(count):
            place[members[k]] = -1
    return state, set_start, sets


_TOO_MANY = -1  # of a block that cannot be: finer cells may have fewer edges
_TOO_ALIKE = -2  # or would not help


@_compiled
def _same_ends(ends, ax, ay, bx, by):
    """Whether an edge has these ends, whichever way it runs."""
    if ends[0] == ax and ends[1] == ay and ends[2] == bx and ends[3] == by:
        return True
    return ends[0] == bx and ends[1] == by and ends[2] == ax and ends[3] == ay


@_compiled
def _united(xy, grid_of, listed, held, most, found):
    """Make edges that several grids share one, into the arrays `found` (see `_room_for_block`).

    The first of the grids are those that are `held`. Returns how many edges and grids, or why there are too many.
    """
    grids, edges, ends, has, turns = found
    edge_count = 0
    grid_count = min(held.size, GRIDS_IN_BLOCK)
    grids[:grid_count] = held[:grid_count]
    fit = held.size <= GRIDS_IN_BLOCK
    for edge in listed:
        local = 0
        while local < grid_count and grids[local] != grid_of[edge]:
            local += 1
        if local == grid_count:
            if grid_count == GRIDS_IN_BLOCK:
                fit = False
                local = 0
            else:
                grids[grid_count] = grid_of[edge]
                grid_count += 1
        ax = xy[2 * edge]
        ay = xy[2 * edge + 1]
        bx = xy[2 * edge + 2]
        by = xy[2 * edge + 3]
        k = 0
        while k < edge_count and not _same_ends(ends[k], ax, ay, bx, by):
            k += 1
        if k == edge_count:
            if k == most:
                return _TOO_MANY, 0
            edges[k] = edge
            ends[k, 0] = ax
            ends[k, 1] = ay
            ends[k, 2] = bx
            ends[k, 3] = by
            has[k] = 0
            turns[k] = 0
            edge_count += 1
        has[k] |= 1 << local
        turns[k] ^= 1 << local
    if not fit:
        return (_TOO_MANY if edge_count > GRIDS_IN_BLOCK else _TOO_ALIKE), 0
    return edge_count, grid_count


@_compiled
def _room_for_block():
    """Arrays for what is found for a block, and for what is worked out on the way to it.

    Found are the grids; the edges by their first vertices; their four coordinates; the grids that have each; the grids that
    it lets in or out. Worked out are the edges of each cell, the first and last cell of an edge in each row, and the grids that
    hold the reference points of a row.
    """
    found = (
        np.empty(GRIDS_IN_BLOCK + 1, dtype=np.int64),
        np.empty(EDGES_IN_BLOCK, dtype=np.int64),
        np.empty((EDGES_IN_BLOCK, 4)),
        np.empty(EDGES_IN_BLOCK, dtype=np.int64),
        np.empty(EDGES_IN_BLOCK, dtype=np.int64),
    )
    scratch = (
        np.empty(_BLOCK_CELLS, dtype=np.int64),
        np.empty((EDGES_IN_BLOCK, 8, 2), dtype=np.int64),
        np.empty(8, dtype=np.int64),
    )
    return found, scratch


@_compiled
def _write_block(xy, frame, place, state, counts, found, scratch, block, blocks, tail, tails):
    """Write a block for a cell (level, column, row), whose reference point is held by the grids of the bits `state`.

    `counts` and `found` are those of `_united`. Returns the new end of the tails.
    """
    level, column, row = place
    edge_count, grid_count = counts
    grids, edges, ends, has, turns = found
    masks, reach, held = scratch
    finer = level + BLOCK_BITS
    scale = float(1 << finer)
    pad = _PAD * scale
    masks[:] = 0
    for k in range(edge_count):
        ax, ay, bx, by = _edge_in_cells(xy, edges[k], frame, scale, column << BLOCK_BITS, row << BLOCK_BITS)
        low, high = _cells_between(ay, by, 8, pad)
        for j in range(low, high + 1):
            first, last = _columns_of_row(ax, ay, bx, by, j, 8, pad)
            reach[k, j, 0] = first
            reach[k, j, 1] = last
            for i in range(first, last + 1):
                masks[8 * j + i] |= 1 << k

    step_x = frame[8] / scale
    step_y = frame[9] / scale
    coarse = float(1 << level)
    px = _reference(frame[4], frame[8] / coarse, column, _REFERENCE_X)
    py = _reference(frame[5], frame[9] / coarse, row, _REFERENCE_Y)
    qx = _reference(frame[4], step_x, column << BLOCK_BITS, _REFERENCE_X)
    one = two = four = 0
    none = -1
    end = tail
    for j in range(8):
        qy = _reference(frame[5], step_y, (row << BLOCK_BITS) + j, _REFERENCE_Y)
        for k in range(edge_count):
            if _crossed(ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3], px, py, qx, qy):
                state ^= turns[k]
        px = qx
        py = qy
        held[:] = state
        for k in range(edge_count):
            upward = ends[k, 3] > qy
            if upward == (ends[k, 1] > qy):
                continue
            # The edge passes through the height of the row's reference points in one of these cells.
            passed_first = False
            for i in range(8):
                passed = i > reach[k, j, 1]
                if reach[k, j, 0] <= i <= reach[k, j, 1]:
                    nx = _reference(frame[4], step_x, (column << BLOCK_BITS) + i, _REFERENCE_X)
                    passed = _moved_left(ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3], nx, qy) != upward
                if i == 0:
                    passed_first = passed
                elif passed != passed_first:
                    held[i] ^= turns[k]
        for i in range(8):
            cell = 8 * j + i
            here = held[i]
            code = _MIXED
            if masks[cell] == 0 and (here & (here - 1)) == 0:
                if here != 0:
                    code = lowest_one(here)
                elif none >= 0:
                    code = none
                elif grid_count < GRIDS_IN_BLOCK:
                    code = none = grid_count
            one |= (code & 1) << cell
            two |= ((code >> 1) & 1) << cell
            four |= (code >> 2) << cell
            if code == _MIXED:
                tails[end] = masks[cell] | (here << EDGES_IN_BLOCK)
                end += 1
    for k in range(edge_count):
        tails[end] = edges[k] | (has[k] << _HAS_SHIFT) | (turns[k] << _TURN_SHIFT)
        end += 1

    at = 8 * block
    blocks[at] = one
    blocks[at + 1] = two
    blocks[at + 2] = four
    for k in range(0, 8, 2):
        low = grids[k] if k < grid_count else -1
        high = grids[k + 1] if k + 1 < grid_count else -1
        if k + 1 == GRIDS_IN_BLOCK:
            high = edge_count | (finer << 8)
        blocks[at + 3 + k // 2] = (low & 0xFFFFFFFF) | (high << 32)
    blocks[at + 7] = 8 * tail
    return end


@_compiled
def _write_heap(grid_of, listed, held, qx, qy, place, heap, heaps):
    """Write all that a cell has, grid by grid; returns the new end and the heaps. `place` is -1 throughout, and left so."""
    heaps = _room(heaps, heap, 3 + 2 * held.size + 3 * listed.size)
    reference = np.array([qx, qy]).view(np.int64)
    heaps[heap + 1] = reference[0]
    heaps[heap + 2] = reference[1]
    for grid in held:
        place[grid] = 0
    count = 0
    end = heap + 3
    k = 0
    while k < listed.size:
        # Edges of one grid follow each other, as its vertices do.
        grid = np.int64(grid_of[listed[k]])
        head = end
        heaps[head] = grid | (np.int64(place[grid] >= 0) << 32)
        end += 2
        while k < listed.size and grid_of[listed[k]] == grid:
            heaps[end] = listed[k]
            end += 1
            k += 1
        heaps[head + 1] = end - head - 2
        if place[grid] == 0:
            place[grid] = 1
        count += 1
    for grid in held:
        if place[grid] == 0:
            heaps[end] = np.int64(grid) | (np.int64(1) << 32)
            heaps[end + 1] = 0
            end += 2
            count += 1
        place[grid] = -1
    heaps[heap] = count
    return end, heaps


@_compiled
def built(xy, grid_of, grid_count, frame, columns, rows, deepest, most_cells, split, start, listed, blocks, tails):
    """The arrays of a raster, from the edges of the cells of its top: cells, finer rasters, blocks, tails and heaps.

    `deepest` is how many times cells may be halved; beyond `most_cells` cells of rasters there are heaps; a block takes up to
    `split` edges. `blocks` and `tails` are room for what comes.
    """
    members = np.empty(grid_count + 1, dtype=np.int32)
    place = np.full(grid_count, -1, dtype=np.int32)
    alone = np.empty(1, dtype=np.int32)
    found, scratch = _room_for_block()

    cells = np.empty(1 + columns * rows, dtype=np.int32)
    cells[0] = -1  # for points outside
    cell_end = cells.size
    rasters = np.empty(24, dtype=np.int64)  # of each: first cell, bits a side, level; only for finer ones
    raster_end = 0
    block_count = 0
    tail_end = 0
    heaps = np.empty(64, dtype=np.int64)
    heap_end = 0
    # A raster to be filled: first cell, columns, rows, level, column, row; its edges and its held grids in the pool.
    jobs = np.zeros(160, dtype=np.int64)
    jobs[0:3] = (1, columns, rows)
    job_count = 1
    pool = np.empty(64, dtype=np.int32)
    pool_end = 0
    done = 0
    way = (-math.inf, 0.0)
    while done < job_count:
        job = jobs[10 * done : 10 * done + 10].copy()
        done += 1
        offset, width, height, level, first_column, first_row = job[0], job[1], job[2], job[3], job[4], job[5]
        scale = float(1 << level)
        below = pool[job[6] : job[7]]
        if done > 1:
            start, listed = binned(xy, below, frame, scale, first_column, first_row, width, height)
            bits = lowest_one(width)
            coarse = float(1 << (level - bits))
            way = (
                _reference(frame[4], frame[8] / coarse, first_column >> bits, _REFERENCE_X),
                _reference(frame[5], frame[9] / coarse, first_row >> bits, _REFERENCE_Y),
            )
        inherited = pool[job[8] : job[9]]
        state, set_start, sets = _states(
            xy, grid_of, start, listed, below, inherited, way, frame, scale, first_column, first_row, width, height,
            members, place,
        )  # fmt: skip
        crowd = -1  # the last set of several grids that a heap without edges was written for, and that heap
        crowd_heap = 0
        for cell in range(width * height):
            here = listed[start[cell] : start[cell + 1]]
            if here.size == 0 and state[cell] >= -1:
                cells[offset + cell] = state[cell]
                continue
            if state[cell] >= -1:
                alone[0] = state[cell]
                held = alone[: np.int64(state[cell] >= 0)]
            else:
                k = -2 - state[cell]
                held = sets[set_start[k] : set_start[k + 1]]
            column = first_column + cell % width
            row = first_row + cell // width

            many = _TOO_ALIKE
            grids_here = 0
            if here.size > 0 and level + BLOCK_BITS <= deepest:
                many, grids_here = _united(xy, grid_of, here, held, split, found)
            if many >= 0:
                blocks = _room(blocks, 8 * block_count, 8)
                tails = _room(tails, tail_end, _BLOCK_CELLS + EDGES_IN_BLOCK)
                bits_held = (1 << held.size) - 1
                at = (level, column, row)
                counts = (many, grids_here)
                tail_end = _write_block(
                    xy, frame, at, bits_held, counts, found, scratch, block_count, blocks, tail_end, tails
                )
                cells[offset + cell] = -2 - (block_count << 2 | BLOCK)
                block_count += 1
                continue
            bits = 1
            while bits < 5 and (2 << (2 * bits)) < here.size:
                bits += 1
            if many == _TOO_MANY and level + bits <= deepest and cell_end + (1 << (2 * bits)) <= most_cells:
                pool = _room(pool, pool_end, here.size + held.size)
                pool[pool_end : pool_end + here.size] = here
                middle = pool_end + here.size
                pool[middle : middle + held.size] = held
                jobs = _room(jobs, 10 * job_count, 10)
                jobs[10 * job_count : 10 * job_count + 10] = (
                    cell_end, 1 << bits, 1 << bits, level + bits, column << bits, row << bits,
                    pool_end, middle, middle, middle + held.size,
                )  # fmt: skip
                job_count += 1
                pool_end = middle + held.size
                rasters = _room(rasters, raster_end, 3)
                rasters[raster_end : raster_end + 3] = (cell_end, bits, level + bits)
                cells[offset + cell] = -2 - ((raster_end // 3) << 2 | RASTER)
                raster_end += 3
                cells = _room(cells, cell_end, 1 << (2 * bits))
                cell_end += 1 << (2 * bits)
                continue
            heap = heap_end
            if here.size == 0 and state[cell] == crowd:
                heap = crowd_heap
            else:
                qx = _reference(frame[4], frame[8] / scale, column, _REFERENCE_X)
                qy = _reference(frame[5], frame[9] / scale, row, _REFERENCE_Y)
                heap_end, heaps = _write_heap(grid_of, here, held, qx, qy, place, heap, heaps)
                if here.size == 0:
                    crowd = state[cell]
                    crowd_heap = heap
            cells[offset + cell] = -2 - (heap << 2 | HEAP)
    return cells[:cell_end], rasters[:raster_end], blocks[: 8 * block_count], tails[:tail_end], heaps[:heap_end]


@_compiled
def one_heap(grid_of, edges, grid_count):
    """The heap of all edges, for coordinates that no raster can tell apart."""
    place = np.full(grid_count, -1, dtype=np.int32)
    return _write_heap(grid_of, edges, edges[:0], -math.inf, 0.0, place, 0, np.empty(64, dtype=np.int64))
