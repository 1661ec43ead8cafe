"""The private cluster: it keeps its data through kill -9, stale files, long and odd paths, and says what is missing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from geodata.cluster import Cluster
from geodata.cluster_errors import ClusterNotStarted, ClusterOfAnotherUser, SocketFolderUnsafe
from geodata.server_process import processes_of, server_pid

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def cluster(open_folder: Path) -> Iterator[Cluster]:
    made = Cluster(open_folder / "pg", durable=False)
    yield made
    made.stop()
    if made.place != made.folder:
        shutil.rmtree(made.place)


def kill_server(cluster: Cluster) -> None:
    """kill -9, and wait until the system has taken it away."""
    pid = server_pid(cluster.data)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 60
    while cluster.is_running():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_database_with_postgis_and_a_copy_of_it(cluster: Cluster) -> None:
    cluster.start()
    cluster.create_database("city")
    cluster.execute("CREATE TABLE place (geom geometry(Point, 4326))", "city")
    cluster.create_database("copy", template="city")
    engine = create_engine(cluster.url("copy"), poolclass=NullPool)
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM place WHERE ST_IsValid(geom)")).scalar() == 0
        assert conn.execute(text("SHOW server_encoding")).scalar() == "UTF8"
        assert conn.execute(text("SELECT lower('ЖЁ') || '呼和浩特'")).scalar() == "жё呼和浩特"
    cluster.drop_database("copy")
    assert not cluster.has_database("copy")
    assert cluster.has_database("city")


def test_durable_unless_told_otherwise_and_closed_to_the_network(open_folder: Path) -> None:
    cluster = Cluster(open_folder / "pg")
    cluster.start()
    try:
        names = [
            "fsync",
            "full_page_writes",
            "data_checksums",
            "synchronous_commit",
            "listen_addresses",
            "random_page_cost",
            "jit",
        ]
        shown = [cluster.execute(f"SHOW {name}") for name in names]
        assert shown == ["on", "on", "on", "on", "", "1.1", "off"]
        assert (cluster.socket_folder.stat().st_mode & 0o777, cluster.data.stat().st_mode & 0o777) == (0o700, 0o700)
    finally:
        cluster.stop()


def test_never_runs_as_root(cluster: Cluster) -> None:
    cluster.start()
    pid = server_pid(cluster.data)
    assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_committed_data_survive_a_killed_server(cluster: Cluster) -> None:
    cluster.start()
    cluster.create_database("city")
    cluster.execute("CREATE TABLE report (n int); INSERT INTO report SELECT generate_series(1, 1000)", "city")
    kill_server(cluster)
    cluster.start()
    assert cluster.execute("SELECT sum(n) FROM report", "city") == "500500"


def test_a_backend_that_outlives_its_killed_server_is_ended_before_the_next_start(cluster: Cluster) -> None:
    cluster.start()
    busy = "SELECT count(*) FROM generate_series(1, 1000000000000)"
    software = cluster.postgresql()
    command = [software.program("psql"), "-h", str(cluster.socket_folder), "-U", "gridmap", "-c", busy, "postgres"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": software.plain_environment()}
    with subprocess.Popen(command, **quiet) as client:
        try:
            end = time.monotonic() + 60
            while cluster.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%1000000000000%'") != "2":
                assert time.monotonic() < end
            kill_server(cluster)
            assert processes_of(cluster.data), "the busy backend has not noticed yet"
            cluster.start()
            client.wait(60)
        finally:
            client.kill()
    assert cluster.execute("SELECT 1") == "1"


def test_a_pid_file_whose_pid_is_another_programs_does_not_hinder(cluster: Cluster) -> None:
    cluster.start()
    pid_file = cluster.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    kill_server(cluster)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert not cluster.is_running()
    cluster.start()
    assert cluster.execute("SELECT 1") == "1"


def test_start_and_stop_twice_do_no_harm(cluster: Cluster) -> None:
    cluster.stop()
    assert cluster.start() is not None
    assert cluster.start() is None
    other = Cluster(cluster.folder, durable=False)
    assert other.is_running()
    assert other.url("city") == cluster.url("city")
    other.stop()
    assert not cluster.is_running()
    cluster.stop()


def test_an_interrupted_initdb_is_made_anew(cluster: Cluster) -> None:
    (cluster.folder / "data.new").mkdir(parents=True)
    (cluster.folder / "data.new/PG_VERSION").write_text("15\n")
    cluster.start()
    assert cluster.execute("SELECT 1") == "1"


@pytest.mark.parametrize("name", ["long" * 40, "a b, c'd", "数据"])
def test_folders_whose_path_no_socket_can_have(open_folder: Path, name: str) -> None:
    cluster = Cluster(open_folder / name / "pg", durable=False)
    cluster.start()
    try:
        engine = create_engine(cluster.url("postgres"), poolclass=NullPool)
        with engine.connect() as conn:
            assert conn.execute(text("SELECT 1")).scalar() == 1
        socket_folder = cluster.socket_folder
        assert not socket_folder.is_relative_to(cluster.folder)
        assert socket_folder.stat().st_mode & 0o777 == 0o700
    finally:
        cluster.stop()
    assert not socket_folder.exists()


def test_a_socket_folder_that_somebody_else_prepared_is_refused(open_folder: Path) -> None:
    cluster = Cluster(open_folder / ("long" * 40) / "pg", durable=False)
    cluster.socket_folder.symlink_to(open_folder)
    try:
        with pytest.raises(SocketFolderUnsafe, match="belongs to somebody else"):
            cluster.start()
    finally:
        cluster.socket_folder.unlink()


def test_a_port_when_asked_on_the_loopback_address_with_a_password(open_folder: Path, free_port: int) -> None:
    cluster = Cluster(open_folder / "pg", port=free_port, durable=False)
    cluster.start()
    try:
        address = {"host": "127.0.0.1", "port": free_port, "user": "gridmap", "dbname": "postgres"}
        psycopg2.connect(**address, password=cluster.password()).close()
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(**address, password="wrong")
        assert cluster.execute("SHOW listen_addresses") == "127.0.0.1"
        assert f"port={free_port}" in Cluster(cluster.folder).url(), "another process finds the socket too"
        assert (cluster.folder / "password").stat().st_mode & 0o777 == 0o600
    finally:
        cluster.stop()


def test_below_a_folder_closed_to_the_servers_user(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    cluster = Cluster(tmp_path / "home/pg", durable=False)
    cluster.start()
    try:
        assert cluster.execute("SELECT 1") == "1"
        if os.geteuid() == 0:
            assert cluster.place.parent == Path("/var/lib/gridmap")
            assert Cluster(tmp_path / "home/pg").url() == cluster.url()
        else:
            assert cluster.place == cluster.folder
    finally:
        cluster.stop()
        if cluster.place != cluster.folder:
            shutil.rmtree(cluster.place)


def test_another_users_cluster_is_left_as_it_is(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    if os.geteuid() == 0:
        os.chown(cluster.data, 65534, 65534)
        before = cluster.folder.stat()
        with pytest.raises(ClusterOfAnotherUser, match="nobody"):
            cluster.start()
        assert cluster.folder.stat().st_uid == before.st_uid
    else:
        cluster.folder.chmod(0)
        try:
            with pytest.raises(ClusterOfAnotherUser):
                cluster.url()
        finally:
            cluster.folder.chmod(0o700)


def test_a_server_that_cannot_start_says_why(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    with open(cluster.data / "postgresql.conf", "a") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(ClusterNotStarted, match="no_such_setting") as failure:
        cluster.start()
    assert "数据库没有启动" in failure.value.text("zh")


def test_the_server_ends_with_the_process_that_started_it(open_folder: Path) -> None:
    script = (
        "import os, pathlib, signal; from geodata.cluster import Cluster; "
        f"Cluster(pathlib.Path({str(open_folder / 'pg')!r}), durable=False).start(die_with_parent=True); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script], check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    cluster = Cluster(open_folder / "pg", durable=False)
    assert cluster.data.is_dir()
    end = time.monotonic() + 60
    while cluster.is_running():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert not (cluster.data / "postmaster.pid").exists(), "it stopped in order"


def test_no_statement_shows_in_the_list_of_processes(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[str] = []
    real = subprocess.run

    def watched(command: list[str], **more: object) -> object:
        commands.append(" ".join(command))
        return real(command, **more)  # type: ignore[call-overload]

    cluster.start()
    monkeypatch.setattr(subprocess, "run", watched)
    cluster.execute("ALTER ROLE gridmap PASSWORD 'not for everybody'")
    assert any("psql" in command for command in commands)
    assert not any("not for everybody" in command for command in commands)


def test_a_password_is_never_half_made(cluster: Cluster) -> None:
    cluster.folder.mkdir()
    word = cluster.password()
    assert len(word) > 20
    assert cluster.password() == word
    assert [file.name for file in cluster.folder.iterdir()] == ["password"]
