"""Settings: each with name, default and help, from the environment (``GRIDMAP_...``) or ``gridmap.toml`` in the home folder.

The environment wins over the file, the file over the default. ``docs/settings.md`` lists them; a test holds that list complete.
"""

import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gridmap.errors import GridmapError, Language

_HOME = Path("var")
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


class BadSetting(GridmapError):
    """A setting that is unknown or has a value of the wrong kind."""

    code = "bad_setting"
    zh = "设置 {name} 有误：{reason}。"
    en = "Setting {name} is wrong: {reason}."


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one installation."""

    home: Path = _setting(_HOME, "Folder for everything that is not in the repository: cluster, files, logs, caches.")
    database_url: str = _setting(
        "", "SQLAlchemy URL of an existing PostGIS (postgresql+psycopg2://...). Empty: the private cluster in `home`."
    )
    city_code: str = _setting("1501", "Division code of the city (4 digits).")
    city_name: str = _setting(
        "呼和浩特市", "Name of the city, for the row that official lists of its districts leave out."
    )
    metric_crs: str = _setting(
        "EPSG:4546", "Projected reference system in which grids are planned, in metres (Hohhot: CGCS2000, 111° E)."
    )
    time_zone: str = _setting("Asia/Shanghai", "Time zone that days and plans go by (IANA name).")
    language: Language = _setting("zh", "Language of messages when the user chose none: zh or en.")
    gap_limit_m: float = _setting(
        30.0, "A report outside every grid belongs to the nearest one within this many metres."
    )
    address_sure: float = _setting(
        0.9,
        "An address without a coordinate is placed without asking when its best candidate scores at least this (0 to 1).",
    )
    ambiguous_below: float = _setting(
        0.8,
        "An owner with a smaller share of the probability than this, by the position's accuracy, is in doubt (0 to 1).",
    )
    database_pool: int = _setting(8, "Database connections that one server process keeps.")
    statement_timeout_s: float = _setting(20.0, "A page's database statement is ended after this many seconds.")
    session_hours: float = _setting(12.0, "A sign-in ends after this many hours.")
    signin_attempts: int = _setting(
        10,
        "Failed sign-ins of an account in a quarter of an hour before it waits; an address may fail five times as often.",
    )
    anonymous_reports_per_hour: int = _setting(30, "Reports that one address may file per hour without an account.")
    requests_per_minute: int = _setting(1200, "Requests that one account or address may make per minute.")
    proxies: int = _setting(0, "Number of reverse proxies in front whose X-Forwarded-For and -Proto are believed.")
    max_body_mb: int = _setting(20, "Largest request body in megabytes.")
    max_upload_mb: int = _setting(200, "Largest file of a layer that can be sent in on the page Data, in megabytes.")
    photos_most: int = _setting(6, "Photos that one report takes.")
    photo_bytes_most: int = _setting(12_000_000, "Largest photo in bytes.")
    anonymous_photos_mb_per_day: int = _setting(
        500, "Megabytes of photos that one address may send per day without an account."
    )
    anonymous_photos_mb_waiting: int = _setting(
        5000,
        "Megabytes of photos sent without an account that may wait for their reports; the oldest make room for new ones.",
    )
    photo_far_m: float = _setting(
        200.0,
        "A photo taken farther than this from the place of its report, accuracies apart, is remarked on (metres).",
    )
    photo_old_h: float = _setting(24.0, "A photo taken longer than this before its report is remarked on (hours).")
    tile_source_url: str = _setting(
        "", "XYZ or WMTS address of a background map inside your network; empty: only our own vector tiles."
    )
    tile_source_attribution: str = _setting("", "Attribution shown with `tile_source_url`.")
    background_attribution: str = _setting(
        "", "Attribution of the data behind our own base map, for example © OpenStreetMap contributors (ODbL)."
    )
    job_lease_s: float = _setting(60.0, "A job whose runner has not been heard of for this many seconds is taken over.")
    secret_key: str = _setting("", "Key that signs forms; empty: made once and kept in `home`/secret_key.")

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.time_zone)

    def signing_key(self) -> str:
        """The secret key, made at first use and readable by the owner only."""
        if self.secret_key:
            return self.secret_key
        path = self.home / "secret_key"
        if not path.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            made = path.with_suffix(f".{os.getpid()}")
            made.touch(mode=0o600)
            made.write_text(secrets.token_urlsafe(48))
            try:
                os.link(made, path)  # whoever comes first wins; both read the same key
            except FileExistsError:
                pass
            finally:
                made.unlink()
        return path.read_text().strip()


def environment_name(name: str) -> str:
    """The environment variable of a setting."""
    return f"GRIDMAP_{name.upper()}"


def load_settings(env: Mapping[str, str] | None = None, home: Path | None = None) -> Settings:
    """Settings of this process; ``home`` (a command line option) wins over everything.

    Errors: ``BadSetting`` names the setting and what is wrong with it.
    """
    env = os.environ if env is None else env
    values: dict[str, Any] = {}
    known = {f.name: f for f in fields(Settings)}
    folder = home or Path(env.get(environment_name("home")) or _HOME)
    values.update(_from_file(folder / "gridmap.toml", known))
    for name, spec in known.items():
        if (raw := env.get(environment_name(name))) is not None:
            values[name] = _convert(spec, raw)
    values["home"] = folder.absolute()
    settings = Settings(**values)
    _check(settings)
    return settings


def _from_file(path: Path, known: Mapping[str, Field[Any]]) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(name=path.name, reason=str(error)) from error
    for name in table:
        if name not in known:
            raise BadSetting(name=name, reason="unknown; see docs/settings.md")
    return {name: _convert(known[name], value) for name, value in table.items()}


def _convert(spec: Field[Any], raw: Any) -> Any:
    kind: Callable[[Any], Any] = type(spec.default)
    try:
        if kind is bool and isinstance(raw, str):
            if raw.lower() in _TRUE | _FALSE:
                return raw.lower() in _TRUE
            raise ValueError("yes or no expected")
        return kind(raw)
    except (TypeError, ValueError) as error:
        raise BadSetting(name=spec.name, reason=str(error)) from error


def _check(settings: Settings) -> None:
    if settings.language not in ("zh", "en"):
        raise BadSetting(name="language", reason="zh or en expected")
    try:
        settings.zone  # noqa: B018  (asked for its error)
    except (KeyError, ValueError) as error:
        raise BadSetting(name="time_zone", reason=f"{settings.time_zone} is no IANA time zone") from error
    if not settings.gap_limit_m >= 0:
        raise BadSetting(name="gap_limit_m", reason="0 or more metres expected")
    if not 0 <= settings.ambiguous_below <= 1:
        raise BadSetting(name="ambiguous_below", reason="a share from 0 to 1 expected")
    if not 0 < settings.address_sure <= 1:
        raise BadSetting(name="address_sure", reason="more than 0, at most 1 expected")
