"""What ``scripts/run`` can be told."""

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from scripts.setup.steps import checkout


@dataclass(frozen=True)
class Options:
    """``database_url`` is empty for the private cluster; ``certificate`` and ``key`` come together or not at all."""

    home: Path
    host: str
    port: int
    demo: bool
    certificate: Path | None
    key: Path | None
    database_port: int | None
    database_url: str

    @property
    def address(self) -> str:
        """The address to open in a browser on this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        return f"{'https' if self.certificate else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def only_here(self) -> bool:
        """Whether no other machine can reach the service."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_options(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Options from the command line and ``GRIDMAP_HOME``, ``GRIDMAP_DATABASE_URL``; ends with code 2 on nonsense."""
    parser = argparse.ArgumentParser(
        prog="scripts/run",
        description="Sets up everything that is missing and runs the service until Ctrl-C. See docs/installation.md.",
    )
    home = Path(environment.get("GRIDMAP_HOME") or checkout() / "var")
    add = parser.add_argument
    add("--port", type=_port, default=8000, help="port of the web service (default 8000)")
    add(
        "--host",
        default="127.0.0.1",
        help="address to listen on (default 127.0.0.1; other machines need --cert or a proxy)",
    )
    add("--home", type=Path, default=home, metavar="DIR", help="data folder (default: GRIDMAP_HOME or var)")
    add("--no-demo", action="store_true", help="do not fill an empty database with the sample city")
    add("--cert", type=Path, metavar="FILE", help="certificate chain (PEM) for HTTPS")
    add("--key", type=Path, metavar="FILE", help="private key (PEM) for HTTPS")
    add("--database-port", type=_port, metavar="PORT", help="also open the private database on 127.0.0.1:PORT")
    given = parser.parse_args(arguments)
    if bool(given.cert) != bool(given.key):
        parser.error("--cert and --key belong together")
    for file in filter(None, (given.cert, given.key)):
        if not file.is_file():
            parser.error(f"no such file: {file}")
    try:
        url = environment.get("GRIDMAP_DATABASE_URL") or _from_file(given.home / "gridmap.toml")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        parser.error(f"{given.home / 'gridmap.toml'}: {error}")
    if url and given.database_port:
        parser.error("--database-port is for the private database, and the setting database_url names another")
    return Options(
        home=given.home.absolute(),
        host=given.host,
        port=given.port,
        demo=not given.no_demo,
        certificate=given.cert and given.cert.absolute(),
        key=given.key and given.key.absolute(),
        database_port=given.database_port,
        database_url=url,
    )


def _from_file(file: Path) -> str:
    """The setting ``database_url`` of a settings file, empty when it has none."""
    return str(tomllib.loads(file.read_text(encoding="utf-8")).get("database_url", "")) if file.is_file() else ""


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port
