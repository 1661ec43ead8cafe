"""Gi and Gi* against published values, esda, and the formula written out place by place."""

import math
from contextlib import closing

import libpysal
import numpy as np
import pytest
from esda import G_Local
from hypothesis import given
from hypothesis import strategies as st
from libpysal.weights import W

from gridmap.hotspot import getis_ord
from gridmap.hotspot.adjacency import Adjacency, NeighboursDoNotFit
from gridmap.hotspot.discoveries import discoveries


def lattice(rows: int, columns: int) -> list[list[int]]:
    """Queen neighbours of cells counted row by row."""
    return [
        [
            r * columns + c
            for r in range(max(row - 1, 0), min(row + 2, rows))
            for c in range(max(column - 1, 0), min(column + 2, columns))
            if (r, c) != (row, column)
        ]
        for row in range(rows)
        for column in range(columns)
    ]


def written_out(values: list[float], neighbours: list[list[int]], place: int, *, star: bool) -> float:
    """z of one place after Ord and Getis 1995, equation by equation, with exact sums."""
    others = [k for k in range(len(values)) if star or k != place]
    near = [*neighbours[place], *([place] if star else [])]
    n, mean = len(others), math.fsum(values[k] for k in others) / len(others)
    s2 = math.fsum((values[k] - mean) ** 2 for k in others) / n
    w = len(near)
    return (math.fsum(values[k] for k in near) - w * mean) / math.sqrt(s2 * (n * w - w * w) / (n - 1))


@pytest.mark.parametrize("star", [True, False])
def test_the_formula_of_ord_and_getis_place_by_place(star: bool) -> None:
    rng = np.random.default_rng(5)
    near = lattice(6, 7)
    values = rng.poisson(4, 42).astype(float) + 1000
    found = getis_ord(values, near, star=star)
    for place in range(42):
        assert found.z[place] == pytest.approx(written_out(values.tolist(), near, place, star=star), abs=1e-9)
    assert found.p == pytest.approx([math.erfc(abs(z) / math.sqrt(2)) for z in found.z])


@pytest.mark.parametrize("star", [True, False])
def test_esda_says_the_same(star: bool) -> None:
    near = lattice(30, 40)
    values = np.random.default_rng(2).gamma(2.0, 3.0, 1200)
    weights = W(dict(enumerate(near)), silence_warnings=True)
    theirs = G_Local(values, weights, transform="B", star=star, permutations=0)
    np.testing.assert_allclose(getis_ord(values, near, star=star).z, theirs.Zs, atol=1e-10, rtol=0)


def test_columbus_crime_has_its_published_hottest_neighbourhoods() -> None:
    with (
        closing(libpysal.io.open(libpysal.examples.get_path("columbus.dbf"))) as table,
        closing(libpysal.io.open(libpysal.examples.get_path("columbus.gal"))) as file,
    ):
        crime, weights = np.array(table.by_col("CRIME")), file.read()
    near = [[weights.id2i[other] for other in weights[name]] for name in weights.id_order]
    z = getis_ord(crime, near).z
    assert np.argsort(-z)[:5].tolist() == [15, 28, 23, 24, 27]
    assert np.sort(z)[::-1][:5] == pytest.approx([3.47505, 3.28607, 3.27109, 3.19517, 2.80586], abs=1e-5)


def test_a_planted_cluster_is_found_and_noise_is_not() -> None:
    near = lattice(40, 40)
    values = np.random.default_rng(8).poisson(10, 1600)
    assert getis_ord(values, near).significant.sum() <= 2
    block = [r * 40 + c for r in range(10, 14) for c in range(20, 24)]
    values[block] *= 2
    found = getis_ord(values, near)
    assert found.significant[block].mean() > 0.9
    assert (found.z[block] > 0).all()


def test_what_cannot_be_told_is_nan_and_outside_the_correction() -> None:
    near = lattice(5, 5)
    assert np.isnan(getis_ord(np.full(25, 3.3), near).z).all()
    assert np.isnan(getis_ord(np.zeros(25), near).z).all()
    assert np.isnan(getis_ord([4.0], [[]]).z).all()
    assert getis_ord([], []).z.shape == (0,)
    alone = [*lattice(5, 5), []]
    values = [*range(25), 500]
    found = getis_ord(values, alone)
    assert np.isnan(found.z[25])
    assert not found.significant[25]
    assert not np.isnan(found.z[:25]).any()


def test_a_place_without_a_value_is_nobodys_neighbour() -> None:
    near = lattice(5, 5)
    values = np.random.default_rng(3).normal(10, 2, 25)
    values[12] = np.nan
    found = getis_ord(values, near)
    assert np.isnan(found.z[12])
    kept = [k for k in range(25) if k != 12]
    place = {old: new for new, old in enumerate(kept)}
    smaller = [[place[k] for k in near[old] if k != 12] for old in kept]
    np.testing.assert_allclose(found.z[kept], getis_ord(values[kept], smaller).z, atol=1e-12)


def test_neighbours_in_every_form_and_wrong_ones() -> None:
    near = lattice(4, 4)
    values = np.arange(16.0) ** 2
    z = getis_ord(values, near).z
    with_itself_and_twice = [[k, k, place, *others] for place, others in enumerate(near) for k in [others[0]]]
    weights = W(dict(enumerate(near)), silence_warnings=True)
    graph = libpysal.graph.Graph.from_W(weights).transform("r")
    for given_form in (Adjacency.of(near), with_itself_and_twice, weights, graph, [np.array(k) for k in near]):
        np.testing.assert_array_equal(getis_ord(values, given_form).z, z)
    for wrong in ([[1], [2]], [[-1], [0]], [["a"], [0]]):
        with pytest.raises(NeighboursDoNotFit):
            getis_ord([1.0, 2.0], wrong)
    with pytest.raises(NeighboursDoNotFit):
        getis_ord(values[:-1], near)


@given(st.lists(st.floats(0, 1), max_size=40), st.floats(0.01, 0.5))
def test_findings_are_those_of_benjamini_and_hochberg(p: list[float], alpha: float) -> None:
    order = sorted(range(len(p)), key=p.__getitem__)
    last = max((rank for rank, at in enumerate(order, start=1) if p[at] <= alpha * rank / len(p)), default=0)
    expected = [bool(last) and p[at] <= p[order[last - 1]] for at in range(len(p))]
    assert discoveries(p, alpha).tolist() == expected
    assert discoveries([*p, math.nan], alpha).tolist() == [*expected, False]
