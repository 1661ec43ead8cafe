"""Positions that are not to be believed: streams in another datum than stated and their correction, piles, rounded coordinates."""
