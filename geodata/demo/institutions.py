"""Who works in the city: units, staff and bodies of compounds, from the frames of the ground."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from geodata.demo.bodies import body_frame, owners_bodies
from geodata.demo.staff import staff_frame
from geodata.demo.streams import stream
from geodata.demo.units import unit_frame


def institution_frames(ground: Mapping[str, pd.DataFrame], seed: int, until: date) -> dict[str, pd.DataFrame]:
    """Frames ``units``, ``people`` and ``bodies`` for the ground's grids, compounds, buildings and households."""
    compounds = ground["compounds"]
    owners = owners_bodies(compounds, stream(seed, "owners' bodies"))
    people = staff_frame(
        ground["grids"], compounds, ground["buildings"], ground["households"], until, stream(seed, "staff")
    )
    return {
        "units": unit_frame(compounds, owners[owners["code"].notna()]),
        "people": people,
        "bodies": body_frame(compounds, owners, people, until, stream(seed, "bodies")),
    }
