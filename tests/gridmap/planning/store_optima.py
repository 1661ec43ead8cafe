"""Makes ``data/least_border.json``: cities with their proven least border, for tests that have no minutes for the proof.

``python -m tests.gridmap.planning.store_optima`` enumerates all possible grids of each city and lets HiGHS choose; it stores the city,
the least border, the bound that HiGHS proved, and labels that attain it.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from scripts.benchmarks.voronoi_city import voronoi_city
from tests.gridmap.planning.least_border import choose_grids

FILE = Path(__file__).parent / "data/least_border.json"
# Units, grids, seed of the city, deviation from the mean that the bounds allow.
CITIES = [(40, 10, 41, 0.1), (48, 12, 48, 0.1)]


def main() -> None:
    FILE.parent.mkdir(exist_ok=True)
    lines = [json.dumps(proven(*city)) for city in CITIES]
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def proven(units: int, k: int, seed: int, share: float) -> dict[str, Any]:
    """One city with what was proved of it."""
    # Millimetres, so that what is stored is what was proved.
    city = {name: np.round(values, 3).tolist() for name, values in voronoi_city(units, seed).items()}
    mean = sum(city["weights"]) / k
    lower, upper = (1 - share) * mean, (1 + share) * mean
    choice = choose_grids(city["weights"], city["edges"], city["border_m"], k, lower, upper)
    labels = choice.labels
    return {
        "city": city,
        "k": k,
        "lower": lower,
        "upper": upper,
        "least_m": choice.least,
        "bound_m": choice.bound,
        "labels": labels,
    }


if __name__ == "__main__":
    main()
