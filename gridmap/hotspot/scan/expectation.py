"""What each model of the scan expects in each place at each step."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridmap.hotspot.scan.errors import BadScanInput, CasesWithoutPopulation

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MODELS = ("permutation", "poisson", "expectation")


@dataclass(frozen=True, slots=True)
class Expected:
    """``mean`` float64[steps, n]; ``total``: all cases where the model takes their number as given, -1 where it does not; ``mass``
    float64[n], of which a zone may hold a share."""

    mean: Floats
    total: int
    mass: Floats


def expected(model: str, cases: Counts, population: Any) -> Expected:
    """What a model expects of ``cases`` [steps, n].

    permutation: places and steps are independent; population is not asked for (Kulldorff et al. 2005).
    poisson: as many as there are cases, in proportion to ``population`` [n] or [steps, n] (Kulldorff 1997, 2001).
    expectation: ``population`` [n] or [steps, n] is itself the number expected (Neill et al. 2005).
    Errors: ``BadScanInput``, ``CasesWithoutPopulation``.
    """
    total = int(cases.sum())
    if model == "permutation":
        if population is not None:
            raise BadScanInput(name="population", reason="permutation: None")
        by_place = cases.sum(axis=0).astype(np.float64)
        mean = cases.sum(axis=1, dtype=np.float64)[:, None] * by_place[None, :] / max(total, 1)
        return Expected(mean, total, by_place)
    if model not in MODELS:
        raise BadScanInput(name="model", reason=" | ".join(MODELS))
    given = _checked(population, cases.shape)
    empty = (given == 0) & (cases > 0)
    if empty.any():
        raise CasesWithoutPopulation(place=int(np.flatnonzero(empty.any(axis=0))[0]))
    if model == "expectation":
        return Expected(given, -1, given.sum(axis=0))
    whole = given.sum()
    return Expected(given * (total / whole if whole > 0 else 0.0), total, given.sum(axis=0))


def _checked(population: Any, shape: tuple[int, ...]) -> Floats:
    if population is None:
        raise BadScanInput(name="population", reason="None")
    given = np.asarray(population, dtype=np.float64)
    if given.shape not in (shape, shape[1:]):
        raise BadScanInput(name="population", reason=f"{given.shape} ≠ {shape}")
    if not (np.isfinite(given).all() and (given >= 0).all()):
        raise BadScanInput(name="population", reason="≥ 0")
    return np.array(np.broadcast_to(given, shape))
