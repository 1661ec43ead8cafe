"""Owners: which grid each report belongs to, kept in a side table with its history; derived, compared, written, asked about, explained."""
