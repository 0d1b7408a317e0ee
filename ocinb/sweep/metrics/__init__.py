"""What is measured of answers, and how sure it is."""

from ocinb.sweep.metrics.agreement import (
    Majority,
    entropy_bits,
    exact_agreement,
    majority,
    pass_at_k,
    self_consistency,
)
from ocinb.sweep.metrics.catalogue import (
    METRICS,
    Better,
    Metric,
    measured,
    measured_together,
)
from ocinb.sweep.metrics.diversity import (
    adjusted_distinct,
    distinct,
    similarity,
    unique_rate,
)
from ocinb.sweep.metrics.front import pareto_front
from ocinb.sweep.metrics.load import (
    Goodput,
    Throughput,
    goodput,
    peak_concurrency,
    throughput,
)
from ocinb.sweep.metrics.statistics import (
    Interval,
    cluster_difference_interval,
    cluster_interval,
    mean,
    percentile,
    sd,
)

__all__ = [
    "METRICS",
    "Better",
    "Goodput",
    "Interval",
    "Majority",
    "Metric",
    "Throughput",
    "adjusted_distinct",
    "cluster_difference_interval",
    "cluster_interval",
    "distinct",
    "entropy_bits",
    "exact_agreement",
    "goodput",
    "majority",
    "mean",
    "measured",
    "measured_together",
    "pareto_front",
    "pass_at_k",
    "peak_concurrency",
    "percentile",
    "sd",
    "self_consistency",
    "similarity",
    "throughput",
    "unique_rate",
]
