"""CPU seconds of a database server, all its processes together, those that have ended too."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from geodata.cluster import Cluster


def cpu_clock(cluster: Cluster) -> Callable[[], float]:
    """A clock of the CPU seconds that this process and the cluster's server have used."""
    postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])

    def seconds() -> float:
        # What a child used goes to its parent's account when it ends.
        ticks = sum(_fields(postmaster)[11:15])
        for entry in Path("/proc").glob("[0-9]*"):
            fields = _fields(int(entry.name))
            if fields and fields[1] == postmaster:
                ticks += sum(fields[11:13])
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")

    return seconds


def _fields(process: int) -> list[int]:
    """Numbers of /proc/PID/stat after the name, the state as 0; nothing for one that has just ended."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [0, *(int(word) for word in words[1:15])]
