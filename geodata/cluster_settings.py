"""The private cluster's postgresql.conf, from what the machine has."""

import os
from pathlib import Path

MEBIBYTE = 1024 * 1024


def memory_mib() -> int:
    """Memory that this process may use: the machine's, or the container's limit when that is lower."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):
        limit = machine
    return min(machine, limit) // MEBIBYTE


def shared_memory_mib() -> int:
    """Size of /dev/shm, 0 when there is none: containers often have 64 MiB, too little for parallel queries."""
    try:
        status = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return 0
    return status.f_frsize * status.f_blocks // MEBIBYTE


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))


def server_settings(*, socket_folder: Path, port: int | None, durable: bool) -> dict[str, str]:
    """Settings by name. TCP is off unless a port is asked, and then on the loopback address only.

    ``durable=False`` is for throwaway clusters: nothing waits for the disk; a killed server recovers, a
    power cut may lose everything.
    """
    memory = memory_mib()
    settings = {
        "listen_addresses": "127.0.0.1" if port else "",
        "port": str(port or 5432),
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "shared_buffers": f"{_between(128, memory // 5, 8192)}MB" if durable else "128MB",
        "effective_cache_size": f"{_between(256, memory // 2, 65536)}MB",
        "work_mem": f"{_between(8, memory // 512, 64)}MB",
        "maintenance_work_mem": f"{_between(64, memory // 16, 1024)}MB",
        "max_wal_size": f"{_between(1024, memory // 4, 8192)}MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        # Small spatial queries: data are in memory, and compiling a plan costs more than running it.
        "random_page_cost": "1.1",
        "jit": "off",
        "logging_collector": "off",
        "log_min_messages": "warning",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] ",
        "fsync": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
    }
    if shared_memory_mib() < 512:
        settings["dynamic_shared_memory_type"] = "mmap"
    if not durable:
        settings |= {"wal_level": "minimal", "max_wal_senders": "0", "autovacuum_naptime": "1h"}
    return settings


def configuration_text(settings: dict[str, str]) -> str:
    """The settings as a configuration file."""
    quoted = {name: value.replace("'", "''") for name, value in settings.items()}
    head = "# Written anew at each start. Own settings: ALTER SYSTEM SET ..., which wins over this file.\n"
    return head + "".join(f"{name} = '{value}'\n" for name, value in quoted.items())
