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
        while True:
            server = _fields(postmaster)
            children = [_fields(int(entry.name)) for entry in Path("/proc").glob("[0-9]*")]
            # What a child used goes to its parent's account when it ends; one that ended just now would be missed, or counted twice.
            if _fields(postmaster)[13:15] == server[13:15]:
                break
        ticks = sum(server[11:15]) + sum(sum(each[11:13]) for each in children if each and each[1] == postmaster)
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")

    return seconds


def _fields(process: int) -> list[int]:
    """Numbers of /proc/PID/stat after the name, the state as 0; nothing for one that has just ended."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [0, *(int(word) for word in words[1:15])]
