"""Clusters in space and time: the scan statistic of Kulldorff, in its models."""

from gridmap.hotspot.scan.scanning import Cluster, space_time_scan

__all__ = ["Cluster", "space_time_scan"]
