"""What is measured of answers, and how sure it is."""

from ocinb.sweep.metrics.statistics import (
    Interval,
    cluster_difference_interval,
    cluster_interval,
    mean,
    percentile,
    sd,
)

__all__ = [
    "Interval",
    "cluster_difference_interval",
    "cluster_interval",
    "mean",
    "percentile",
    "sd",
]
