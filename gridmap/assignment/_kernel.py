"""Compiled loops: where points lie against polygons, exactly, and how far from their edges.

All compiled functions of the room that call each other live here: numba's cache does not notice a change in another file.
Polygons come as arrays: vertex coordinates `x`, `y`; ring r has vertices ring_start[r] to ring_start[r + 1] - 1, the first
repeated as the last; grid g has rings grid_start[g] to grid_start[g + 1] - 1.
"""

import math

import numpy as np
from numba import njit

OUTSIDE, INSIDE, ON_EDGE, ON_EDGE_MOVED_INSIDE = 0, 1, 2, 3

# Shewchuk 1997, "Adaptive precision floating-point arithmetic", error bound A of the orientation test, rounded up.
_ERROR_BOUND = 4e-16
# Below this, products may have lost digits to underflow and the bound above does not hold.
_UNDERFLOW = 1e-280

_LIMB_BITS = 24
_LIMB_MASK = (1 << _LIMB_BITS) - 1
_LOWEST_EXPONENT = -2260  # of a bit in the product of two doubles, and some to spare
_LIMBS = (2100 - _LOWEST_EXPONENT) // _LIMB_BITS
_HALF_BITS = 27
_HALF_MASK = (1 << _HALF_BITS) - 1

_SEMI_MAJOR_M = 6378137.0
_ECCENTRICITY_SQUARED = 0.0066943799901413165


@njit(nogil=True, cache=True)
def _add_piece(limbs, piece, exponent):
    """Add the integer `piece` times 2**exponent to a fixed-point number held in signed limbs."""
    place = exponent - _LOWEST_EXPONENT
    limbs[place // _LIMB_BITS] += piece << (place % _LIMB_BITS)


@njit(nogil=True, cache=True)
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


@njit(nogil=True, cache=True)
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


@njit(nogil=True, cache=True)
def orientation(ax, ay, bx, by, px, py):
    """1 when p lies left of the line from a to b, -1 right, 0 on it; exact."""
    left = (bx - ax) * (py - ay)
    right = (by - ay) * (px - ax)
    size = math.fabs(left) + math.fabs(right)
    difference = left - right
    if size > _UNDERFLOW:
        if difference > _ERROR_BOUND * size:
            return 1
        if -difference > _ERROR_BOUND * size:
            return -1
    return _exact_orientation(ax, ay, bx, by, px, py)


@njit(nogil=True, cache=True)
def relation_to(px, py, grid, x, y, ring_start, grid_start):
    """OUTSIDE, INSIDE, ON_EDGE or ON_EDGE_MOVED_INSIDE: where p lies against one grid.

    Counts the edges crossed by a ray eastward from p moved by (e, e*e), e infinitely small. An edge spans the moved
    height when exactly one end is not above p, and lies east of the moved point when p is strictly left of the upward
    edge: a point on the edge has moved past it. So the count is that of the moved point, and of p itself off the edges.
    """
    odd = False
    on_edge = False
    for ring in range(grid_start[grid], grid_start[grid + 1]):
        first = ring_start[ring]
        last = ring_start[ring + 1] - 1
        for i in range(first, last):
            ax = x[i]
            ay = y[i]
            bx = x[i + 1]
            by = y[i + 1]
            # A vertex, or a level edge; the upper end of an edge is the start of another.
            if ay == py and (ax == px or (by == py and (ax < px) != (bx < px))):
                on_edge = True
            if (ay <= py) != (by <= py):
                if ax > px and bx > px:
                    odd = not odd
                elif ax >= px or bx >= px:
                    side = orientation(ax, ay, bx, by, px, py)
                    if side == 0:
                        on_edge = True
                    elif (side > 0) == (by > ay):
                        odd = not odd
    if on_edge:
        return ON_EDGE_MOVED_INSIDE if odd else ON_EDGE
    return INSIDE if odd else OUTSIDE


@njit(nogil=True, cache=True)
def relations(lon, lat, start, grids, x, y, ring_start, grid_start):
    """The relation of each candidate: point i has candidates start[i] to start[i + 1] - 1 of `grids`."""
    found = np.empty(grids.size, dtype=np.int8)
    for i in range(lon.size):
        for k in range(start[i], start[i + 1]):
            found[k] = relation_to(lon[i], lat[i], grids[k], x, y, ring_start, grid_start)
    return found


@njit(nogil=True, cache=True)
def metres_per_degree(lat):
    """Metres per degree of longitude and of latitude on the WGS84 ellipsoid at a latitude."""
    sine = math.sin(math.radians(lat))
    magic = 1.0 - _ECCENTRICITY_SQUARED * sine * sine
    parallel = _SEMI_MAJOR_M / math.sqrt(magic) * math.cos(math.radians(lat))
    meridian = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (magic * math.sqrt(magic))
    return math.radians(parallel), math.radians(meridian)


@njit(nogil=True, cache=True)
def metres_per_degree_at(lat):
    """`metres_per_degree` at many latitudes: two arrays."""
    east = np.empty(lat.size)
    north = np.empty(lat.size)
    for i in range(lat.size):
        east[i], north[i] = metres_per_degree(lat[i])
    return east, north


@njit(nogil=True, cache=True)
def distance_to_edge_m(px, py, grid, x, y, ring_start, grid_start):
    """Metres from p to the nearest point of a grid's rings, in the plane that touches the ellipsoid at p."""
    east, north = metres_per_degree(py)
    nearest = math.inf
    for ring in range(grid_start[grid], grid_start[grid + 1]):
        first = ring_start[ring]
        bx = (x[first] - px) * east
        by = (y[first] - py) * north
        for i in range(first + 1, ring_start[ring + 1]):
            ax = bx
            ay = by
            bx = (x[i] - px) * east
            by = (y[i] - py) * north
            dx = bx - ax
            dy = by - ay
            length = dx * dx + dy * dy
            share = 0.0
            if length > 0.0:
                share = min(1.0, max(0.0, -(ax * dx + ay * dy) / length))
            if share == 1.0:
                # The vertex itself, so that two grids with this corner are equally far, whichever way they run.
                qx = bx
                qy = by
            else:
                qx = ax + share * dx
                qy = ay + share * dy
            nearest = min(nearest, qx * qx + qy * qy)
    return math.sqrt(nearest)


@njit(nogil=True, cache=True)
def distances_m(lon, lat, start, grids, x, y, ring_start, grid_start):
    """The distance to the edge of each candidate; candidates as in `relations`."""
    found = np.empty(grids.size, dtype=np.float64)
    for i in range(lon.size):
        for k in range(start[i], start[i + 1]):
            found[k] = distance_to_edge_m(lon[i], lat[i], grids[k], x, y, ring_start, grid_start)
    return found
