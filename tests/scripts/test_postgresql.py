"""Finding the server software: the newest that has PostGIS, and one line to run when there is none."""

from pathlib import Path

import pytest

from geodata.postgresql import (
    PostgisMissing,
    PostgresqlMissing,
    PostgresqlProgramFailed,
    PostgresqlVersionMissing,
    find_postgresql,
    run,
)


def put_server(root: Path, version: int, *, postgis: bool) -> None:
    programs = root / f"usr/lib/postgresql/{version}/bin"
    programs.mkdir(parents=True)
    for name in ("initdb", "postgres", "psql"):
        (programs / name).touch()
    extension = root / f"usr/share/postgresql/{version}/extension"
    extension.mkdir(parents=True)
    if postgis:
        (extension / "postgis.control").touch()


def test_nothing_here(tmp_path: Path) -> None:
    with pytest.raises(PostgresqlMissing, match="apt-get install postgresql") as failure:
        find_postgresql(system=tmp_path)
    assert "找不到 PostgreSQL" in failure.value.text("zh")


def test_too_old_counts_as_nothing(tmp_path: Path) -> None:
    put_server(tmp_path, 13, postgis=True)
    with pytest.raises(PostgresqlMissing):
        find_postgresql(system=tmp_path)


def test_a_server_without_postgis_names_the_package_of_its_version(tmp_path: Path) -> None:
    put_server(tmp_path, 16, postgis=False)
    with pytest.raises(PostgisMissing, match="postgresql-16-postgis-3"):
        find_postgresql(system=tmp_path)


def test_a_folder_without_the_server_programs_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "usr/lib/postgresql/17/bin").mkdir(parents=True)
    (tmp_path / "usr/lib/postgresql/17/bin/psql").touch()
    with pytest.raises(PostgresqlMissing):
        find_postgresql(system=tmp_path)


def test_the_newest_with_postgis_is_taken(tmp_path: Path) -> None:
    put_server(tmp_path, 15, postgis=True)
    put_server(tmp_path, 16, postgis=True)
    put_server(tmp_path, 17, postgis=False)
    assert find_postgresql(system=tmp_path).version == 16


def test_the_data_ask_for_their_version(tmp_path: Path) -> None:
    put_server(tmp_path, 15, postgis=True)
    put_server(tmp_path, 17, postgis=True)
    assert find_postgresql(version=15, system=tmp_path).version == 15
    with pytest.raises(PostgresqlVersionMissing, match="postgresql-16"):
        find_postgresql(version=16, system=tmp_path)


def test_unpacked_software_serves_where_nothing_is_installed(tmp_path: Path) -> None:
    software = tmp_path / "software"
    put_server(software, 15, postgis=True)
    libraries = software / "usr/lib/x86_64-linux-gnu/blas"
    libraries.mkdir(parents=True)
    (libraries / "libblas.so.3").touch()
    found = find_postgresql(software, system=tmp_path)
    assert found.program("initdb") == str(software / "usr/lib/postgresql/15/bin/initdb")
    assert str(libraries) in found.environment["LD_LIBRARY_PATH"].split(":")


def test_an_installed_server_goes_before_an_unpacked_one(tmp_path: Path) -> None:
    put_server(tmp_path, 15, postgis=True)
    put_server(tmp_path / "software", 15, postgis=True)
    assert find_postgresql(tmp_path / "software", system=tmp_path).bin.is_relative_to(tmp_path / "usr")


@pytest.mark.parametrize("command", [["/no/such/initdb", "-D", "x"], ["ls", "/no/such/folder"]])
def test_a_program_that_fails_is_named(command: list[str]) -> None:
    with pytest.raises(PostgresqlProgramFailed, match=f"{Path(command[0]).name} failed: .*No such file"):
        run(command)
