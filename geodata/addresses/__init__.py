"""Addresses: found among the layers, taken where they are certain, kept in a queue for a person where they are not."""
