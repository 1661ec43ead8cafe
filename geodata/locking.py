"""Rows locked together, always in the order of their keys, so that no two transactions wait for each other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Connection, func, select


def lock_rows(conn: Connection, key: Column[Any], keys: Sequence[int] | NDArray[np.int64]) -> None:
    """Let nobody else change the rows with these keys until the transaction ends; others may still point at them."""
    ids = np.asarray(keys, dtype=np.int64).tolist()
    chosen = select(key).where(key == func.any(ids)).order_by(key).with_for_update(key_share=True)
    conn.execute(select(func.count()).select_from(chosen.subquery()))
