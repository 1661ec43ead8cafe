"""Bodies of compounds with their history: property company, owners' or property committee, branch, desk, heating, water."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from geodata.demo.people_names import landline, people_names
from geodata.demo.staff import SHIQI
from geodata.demo.units import HEATING, WATER, property_companies

_CHANGED_SHARE = 0.3
#: Shares of compounds with an owners' committee and with a property committee, outside Shiqi.
_OWNERS_SHARE, _COMMITTEE_SHARE = 0.2, 0.6
_WORDS = {"owners_committee": "业主委员会", "property_committee": "物业管理委员会"}


def owners_bodies(compounds: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Committees by compound: compound_code, kind, name, code (of the unit that it is, in Shiqi; None elsewhere).

    Shiqi has one owners' committee and otherwise property committees, its last compound none, as the press counts them.
    """
    draws = rng.random(len(compounds))
    kinds = np.select(
        [draws < _OWNERS_SHARE, draws < _OWNERS_SHARE + _COMMITTEE_SHARE],
        ["owners_committee", "property_committee"],
        "",
    ).astype(object)
    shiqi = np.flatnonzero((compounds["community_code"] == SHIQI).to_numpy(dtype=bool))
    kinds[shiqi], kinds[shiqi[:1]], kinds[shiqi[-1:]] = "property_committee", "owners_committee", ""
    units = np.full(len(compounds), None, dtype=object)
    units[shiqi] = [f"O{number:02d}" for number in range(1, len(shiqi) + 1)]
    frame = pd.DataFrame({"compound_code": compounds["code"], "kind": kinds, "code": units})
    frame["name"] = [f"{name}{_WORDS.get(kind, '')}" for name, kind in zip(compounds["name"], kinds, strict=True)]
    return frame[frame["kind"] != ""].reset_index(drop=True)


def body_frame(
    compounds: pd.DataFrame, owners: pd.DataFrame, people: pd.DataFrame, until: date, rng: np.random.Generator
) -> pd.DataFrame:
    """One row a body: compound_code, kind, name, contact, phone, unit_code, valid_from, valid_to."""
    parts = [
        _property_companies(compounds, until, rng),
        owners.rename(columns={"code": "unit_code"}),
        _named(compounds, "party_branch", "党支部"),
        _desks(compounds, people),
        _utilities(compounds, rng),
    ]
    frame = pd.concat(parts, ignore_index=True)
    started = rng.integers(200, 2500, len(frame))
    start = pd.Series([until - timedelta(days=int(days)) for days in started], dtype=object)
    frame["valid_from"] = frame["valid_from"].where(frame["valid_from"].notna(), start)
    names = pd.Series(people_names(len(frame), rng), dtype=object)
    phones = pd.Series([landline(number) for number in range(len(frame))], dtype=object)
    frame["contact"] = frame["contact"].where(frame["contact"].notna(), names)
    frame["phone"] = frame["phone"].where(frame["phone"].notna(), phones)
    columns = ["compound_code", "kind", "name", "contact", "phone", "unit_code", "valid_from", "valid_to"]
    return frame[columns].astype(object).where(frame[columns].notna(), None)


def _named(compounds: pd.DataFrame, kind: str, word: str) -> pd.DataFrame:
    return pd.DataFrame({"compound_code": compounds["code"], "kind": kind, "name": compounds["name"] + word})


def _property_companies(compounds: pd.DataFrame, until: date, rng: np.random.Generator) -> pd.DataFrame:
    """The company of each compound, and the one before where it changed."""
    codes = property_companies(compounds)
    companies = list(codes)
    rows: list[tuple[str, str, str, date, date | None]] = []
    for compound, company in zip(compounds["code"], compounds["property_company"], strict=True):
        if not company:
            continue
        since = until - timedelta(days=int(rng.integers(100, 1400)))
        rows.append((compound, company, codes[company], since, None))
        if len(companies) > 1 and rng.random() < _CHANGED_SHARE:
            before = companies[(companies.index(company) + 1 + int(rng.integers(len(companies) - 1))) % len(companies)]
            start = since - timedelta(days=int(rng.integers(400, 2000)))
            rows.append((compound, before, codes[before], start, since))
    frame = pd.DataFrame(rows, columns=["compound_code", "name", "unit_code", "valid_from", "valid_to"], dtype=object)
    return frame.assign(kind="property_company")


def _desks(compounds: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Desks where one of the community's workers sits; with that worker's name and telephone."""
    desks = people[people["kind"] == "desk"].merge(
        compounds[["code", "name"]], left_on="compound_code", right_on="code", suffixes=("", "_of_compound")
    )
    return pd.DataFrame(
        {
            "compound_code": desks["compound_code"],
            "kind": "desk",
            "name": desks["name_of_compound"] + "小区工位",
            "contact": desks["name"],
            "phone": desks["phone"],
            "valid_from": desks["valid_from"],
        }
    )


def _utilities(compounds: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Heating by one of two companies, water by one."""
    heating = rng.choice(list(HEATING), len(compounds), p=[0.7, 0.3])
    heat = pd.DataFrame({"compound_code": compounds["code"], "kind": "heating", "unit_code": heating.astype(object)})
    heat["name"] = heat["unit_code"].map(HEATING)
    water = pd.DataFrame({"compound_code": compounds["code"], "kind": "water", "unit_code": WATER[0], "name": WATER[1]})
    return pd.concat([heat, water], ignore_index=True)
