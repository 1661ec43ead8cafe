"""Printed sheets of the grids of a version."""

from web.plans.sheets import pages

__all__ = ["pages"]
