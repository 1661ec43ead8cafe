"""Addresses with noise to buildings: our matching against pg_trgm in PostGIS and rapidfuzz over all names."""

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process
from sqlalchemy import Connection, create_engine, text

from geodata.cluster import temporary_cluster
from geodata.copying import copy_in
from geodata.demo import City, make_city
from geodata.demo.addresses import NoisyAddress, gazetteer_of, noisy_addresses
from geodata.demo.names import hohhot_names
from geodata.demo.wording import NOISES
from gridmap.address import Candidate, Gazetteer, is_sure, match
from gridmap.address.normal import plain

#: The code of the building that an engine means, None for no answer.
Answer = Callable[[str], str | None]
#: Share of the compounds that layers with gaps lack.
GAPS = 0.2
#: The group of texts that name so much that most leave no doubt.
IN_STREET = "(street named)"
BANDS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.01)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench addresses", description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=["small", "city"])
    parser.add_argument("--addresses", type=int, default=11_000, help="for quality; noises in turn")
    parser.add_argument("--timed", type=int, default=300, help="of them, asked of every engine in every round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    if options.rounds < 5:
        parser.error("fewer than 5 rounds show no spread")
    with temporary_cluster() as cluster:
        for size in options.sizes:
            city = make_city(options.seed, size)
            started = time.process_time()
            gazetteer = gazetteer_of(city)
            built_s = time.process_time() - started
            print(
                f"{size}: {len(city.buildings):,} buildings, {len(city.compounds):,} compounds, read in {built_s:.1f} CPU s"
            )
            gaps = city.compounds["code"].sample(frac=GAPS, random_state=options.seed).tolist()
            layers = {"complete layers": gazetteer, f"{GAPS:.0%} of the compounds missing": gazetteer_of(city, gaps)}
            for at_once in (1, 2):
                made = noisy_addresses(city, options.addresses, options.seed, at_once=at_once)
                for name, known in layers.items():
                    print(f"  {name}, {at_once} noise(s) in each of {options.addresses:,} addresses")
                    tell_quality(made, known)
            cluster.create_database(f"addresses_{size}")
            with create_engine(cluster.url(f"addresses_{size}")).connect() as conn:
                fill(conn, city)
                sample = noisy_addresses(city, options.timed, options.seed + 1)
                tell_speed(engines(conn, city, gazetteer), sample, options.rounds)
    return 0


def tell_quality(made: list[NoisyAddress], gazetteer: Gazetteer) -> None:
    """How often the first candidate is right and how often a sure one is wrong, by noise; then how the scores keep their word."""
    started = time.process_time()
    answers = [(each, match(each.text, gazetteer)) for each in made]
    print(f"    {len(made) / (time.process_time() - started):,.0f} addresses a CPU second")
    print(f"    {'noise':22} {'first right':>12} {'sure':>8} {'sure, wrong':>12}")
    for noise in ("all", IN_STREET, *NOISES):
        own = [(each, found) for each, found in answers if noise in ("all", *each.noises, names_street(each))]
        right = sum(is_right(each, found) for each, found in own)
        sure = [(each, found) for each, found in own if is_sure(found)]
        wrong = sum(not is_right(each, found) for each, found in sure)
        print(
            f"    {noise:22} {right / len(own):12.1%} {len(sure) / len(own):8.1%} {wrong:6,} {wrong / max(len(sure), 1):5.2%}"
        )
    tell_scores(answers)


def names_street(meant: NoisyAddress) -> str:
    """`IN_STREET` where the text names the building's street, as also those do that name the community."""
    return IN_STREET if plain(hohhot_names()[meant.building[:9]]) in plain(meant.text) else ""


def is_right(meant: NoisyAddress, found: Sequence[Candidate]) -> bool:
    return bool(found) and found[0].key == meant.building


def tell_scores(answers: list[tuple[NoisyAddress, list[Candidate]]]) -> None:
    bands: defaultdict[int, list[bool]] = defaultdict(list)
    for meant, found in answers:
        if found:
            band = max(place for place, low in enumerate(BANDS) if found[0].score >= low)
            bands[band].append(found[0].key in (meant.building, meant.compound))
    for band, right in sorted(bands.items()):
        print(
            f"    score {BANDS[band]:.2f} to {BANDS[band + 1]:.2f}: {len(right):6,} answers, {sum(right) / len(right):6.1%} right"
        )


def fill(conn: Connection, city: City) -> None:
    """The buildings' names with the index that pg_trgm orders by likeness with."""
    conn.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    conn.execute(text("CREATE TABLE named (code text, name text)"))
    copy_in(conn, "named", city.buildings[["code", "name"]])
    conn.execute(text("CREATE INDEX ON named USING gist (name gist_trgm_ops)"))
    conn.execute(text("ANALYZE named"))


def engines(conn: Connection, city: City, gazetteer: Gazetteer) -> dict[str, Answer]:
    nearest = text("SELECT code FROM named ORDER BY name <-> :words LIMIT 1")
    names = dict(zip(city.buildings["code"].tolist(), city.buildings["name"].tolist(), strict=True))

    def ours(words: str) -> str | None:
        found = match(words, gazetteer)
        return found[0].key if found else None

    def alike(words: str) -> str | None:
        best = process.extractOne(words, names, scorer=fuzz.ratio)
        return None if best is None else str(best[2])

    return {
        "gridmap parse and match": ours,
        "pg_trgm, ORDER BY name <-> text LIMIT 1": lambda words: conn.scalar(nearest, {"words": words}),
        "rapidfuzz process.extractOne(ratio)": alike,
    }


def tell_speed(answer: dict[str, Answer], sample: list[NoisyAddress], rounds: int) -> None:
    """Every engine once a round over the same addresses, by the clock on the wall: one of them works in another process."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    right: dict[str, float] = {}
    for _ in range(rounds):
        for name, ask in answer.items():
            started = time.perf_counter()
            found = [ask(each.text) for each in sample]
            seconds[name].append(time.perf_counter() - started)
            right[name] = sum(code == each.building for code, each in zip(found, sample, strict=True)) / len(sample)
    first = next(iter(answer))
    print(f"  {'engine':44} {'a second':>10} {'first right':>12}  time over {first}")
    for name, times in seconds.items():
        ratios = [each / ours for each, ours in zip(times, seconds[first], strict=True)]
        spread = f"{statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f})"
        print(f"  {name:44} {len(sample) / statistics.median(times):10,.0f} {right[name]:12.1%}  {spread}")
