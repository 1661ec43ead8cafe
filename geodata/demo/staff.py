"""Staff: who works for which grid, community, compound and building, from when until when."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from geodata.demo.people_names import mobile, people_names

#: The community that the press tells of, with its number of building heads.
SHIQI = "150105001018"
_HEADS = {SHIQI: 170}
_HOMES_A_HEAD = 20
_WORKERS_A_COMMUNITY = 4
_DEPUTY_SHARE, _BRANCH_SHARE, _CHANGED_SHARE, _DESK_SHARE = 0.4, 0.7, 0.15, 0.5
_COLUMNS = ("kind", "area_code", "compound_code", "building_code", "valid_from", "valid_to")


def staff_frame(
    grids: pd.DataFrame,
    compounds: pd.DataFrame,
    buildings: pd.DataFrame,
    households: pd.DataFrame,
    until: date,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """People with their posts, one row a post: code, name, phone, kind, area_code | compound_code | building_code, valid_from, valid_to.

    Every grid has a worker but those of ``vacant_grids``. A deputy is the worker of another grid of the community, for some months.
    """
    roster = _Roster(until, rng)
    vacant = set(vacant_grids(grids))
    homes = _homes(buildings, households)
    yards = {code: own["code"].tolist() for code, own in compounds.groupby("community_code", sort=True)}
    for community, own in grids.groupby("community_code", sort=True):
        code = str(community)
        roster.add_grids(code, own["code"].tolist(), vacant)
        roster.add_community(code, yards.get(community, []))
        roster.add_heads(code, homes.get(code))
    return roster.frame()


def vacant_grids(grids: pd.DataFrame) -> list[str]:
    """Codes of the grids without a worker: one of a few, two of a hundred, one in two hundred of a whole city; never Shiqi's first two."""
    codes = [code for code in sorted(grids["code"]) if not (code.startswith(SHIQI) and int(code[12:]) <= 2)]
    count = 1 if len(grids) < 50 else max(2, round(len(grids) / 200))
    return [codes[(2 * number + 1) * len(codes) // (2 * count)] for number in range(count)]


def _homes(buildings: pd.DataFrame, households: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Residential buildings of each community: code, households, stairwells."""
    found = households.groupby("building_code").agg(
        households=("code", "size"), stairwells=("stairwell_number", "nunique")
    )
    found = found.reindex(buildings["code"]).dropna().astype(int).rename_axis("code").reset_index()
    return {str(code): own for code, own in found.groupby(found["code"].str[:12], sort=True)}


@dataclass(slots=True)
class _Roster:
    """Posts as they are made; people are numbered within their community."""

    until: date
    rng: np.random.Generator
    posts: list[tuple[str, str, str | None, str | None, str | None, date, date | None]] = field(default_factory=list)
    serial: dict[str, int] = field(default_factory=dict)

    def add_grids(self, community: str, grids: list[str], vacant: set[str]) -> None:
        """Workers, some with a predecessor; deputies and secretaries of branches."""
        workers: dict[str, str] = {}
        for grid in grids:
            if grid not in vacant:
                workers[grid] = self._worker(community, grid)
            if self.rng.random() < _BRANCH_SHARE:
                self._post("branch_secretary", self._person(community), area=grid, since=self._past(2000))
        for grid, worker in workers.items():
            others = [other for other in workers.values() if other != worker]
            if others and self.rng.random() < _DEPUTY_SHARE:
                end = self.until + timedelta(days=int(self.rng.integers(20, 200)))
                deputy = others[int(self.rng.integers(len(others)))]
                self._post("deputy_worker", deputy, area=grid, since=self._past(200), end=end)

    def add_community(self, community: str, compounds: list[str]) -> None:
        """The secretary, the community's workers, and who of them sits at the desks of compounds."""
        self._post("community_secretary", self._person(community), area=community, since=self._past(1500))
        workers = [self._person(community) for _ in range(_WORKERS_A_COMMUNITY)]
        for worker in workers:
            self._post("community_worker", worker, area=community, since=self._past(1500))
        for compound in compounds:
            if self.rng.random() < _DESK_SHARE:
                worker = workers[int(self.rng.integers(len(workers)))]
                self._post("desk", worker, compound=compound, since=self._past(600))

    def add_heads(self, community: str, homes: pd.DataFrame | None) -> None:
        """Heads of buildings and stairwells: each building has one, large ones several; a village's head looks after several houses."""
        if homes is None:
            return
        count = int(homes["households"].sum())
        # A part of Shiqi (in a smaller city) has fewer heads than all of it.
        heads = min(_HEADS[community], count // 15) if community in _HEADS else round(count / _HOMES_A_HEAD)
        since = self._past(1200)
        people = [self._person(community) for _ in range(heads)]
        codes = homes["code"].tolist()
        if heads <= len(codes):
            pairs = [(people[number * heads // len(codes)], code) for number, code in enumerate(codes)]
        else:
            pairs = list(zip(people, [*codes, *_second_stairwells(homes, heads - len(codes))], strict=True))
        for person, building in pairs:
            self._post("building_head", person, building=building, since=since)

    def _worker(self, community: str, grid: str) -> str:
        since = self._past(2200)
        if self.rng.random() < _CHANGED_SHARE:
            before = since - timedelta(days=int(self.rng.integers(300, 1500)))
            self._post("grid_worker", self._person(community), area=grid, since=before, end=since)
        person = self._person(community)
        self._post("grid_worker", person, area=grid, since=since)
        return person

    def _past(self, days: int) -> date:
        return self.until - timedelta(days=int(self.rng.integers(30, days)))

    def _person(self, community: str) -> str:
        self.serial[community] = self.serial.get(community, 0) + 1
        return f"{community}R{self.serial[community]:04d}"

    def _post(
        self, kind: str, person: str, *, since: date, end: date | None = None, area: str | None = None,
        compound: str | None = None, building: str | None = None,
    ) -> None:  # fmt: skip
        self.posts.append((person, kind, area, compound, building, since, end))

    def frame(self) -> pd.DataFrame:
        """All posts with the names and telephones of their people."""
        posts = pd.DataFrame(self.posts, columns=["code", *_COLUMNS], dtype=object)
        people = posts["code"].drop_duplicates()
        names = pd.Series(people_names(len(people), self.rng), index=people.to_numpy(), dtype=object)
        phones = pd.Series([mobile(number) for number in range(len(people))], index=names.index, dtype=object)
        posts.insert(1, "name", posts["code"].map(names))
        posts.insert(2, "phone", posts["code"].map(phones))
        return posts


def _second_stairwells(homes: pd.DataFrame, count: int) -> list[str]:
    """Buildings of ``count`` further heads: those with a second stairwell, then with a third, and again from the start."""
    rows = zip(homes["code"], homes["stairwells"], strict=True)
    further = sorted((stair, code) for code, stairs in rows for stair in range(2, max(stairs, 2) + 1))
    return [further[number % len(further)][1] for number in range(count)]
