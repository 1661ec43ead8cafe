"""The private cluster as one of the programs that are kept alive."""

from pathlib import Path

from geodata.cluster import Cluster


class DatabaseServer:
    """Starts the cluster as our child, so that the kernel stops it, with everything written, if we are killed."""

    name = "database"

    def __init__(self, cluster: Cluster, log: Path) -> None:
        self.cluster = cluster
        self._log = log
        self.pid: int | None = None

    def start(self) -> None:
        # Nobody else holds the home folder: a server that still runs is what a killed service left, on its way out.
        self.cluster.stop()
        process = self.cluster.start(log=self._log, die_with_parent=True)
        self.pid = process.pid if process else None

    def alive(self) -> bool:
        return self.cluster.is_running()

    def stop(self) -> None:
        self.cluster.stop()
