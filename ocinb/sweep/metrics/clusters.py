"""Values brought together by cluster: their sums and counts, drawn again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Table", "clean", "finite", "table_of"]

_AT_ONCE: Final = 2_000_000
"""Draws that are held in memory at once, 4 bytes each."""


@dataclass(frozen=True)
class Table:
    """One or two samples as sums and counts, a column for each cluster.

    What is estimated is the mean of the one sample, or the mean of the first less that
    of the second. The mean is over values, so that a cluster of more values weighs
    more: it is a ratio of two sums.

    Attributes:
        sums: samples x clusters.
        counts: samples x clusters; 0 where a sample lacks a cluster.
    """

    sums: NDArray[Any]
    counts: NDArray[Any]

    @property
    def size(self) -> int:
        """Clusters of the sample that has the fewest."""
        return int((self.counts > 0).sum(axis=1).min())

    @property
    def means(self) -> NDArray[Any]:
        """The mean of each sample."""
        found: NDArray[Any] = self.sums.sum(axis=1) / self.counts.sum(axis=1)
        return found

    @property
    def estimate(self) -> float:
        """The mean, or the difference of the two means."""
        return float(_first_less_second(self.means))

    @property
    def standard_error(self) -> float:
        """The cluster-robust standard error of the estimate.

        G / (G - 1) times the sum, over clusters, of the squared residual sums, under
        the root (Liang & Zeger 1986; for evaluations of language models Miller 2024,
        "Adding Error Bars to Evals"). A cluster that is in both samples counts with
        its difference: that is what makes the comparison a paired one.
        """
        residuals = self.sums - self.counts * self.means[:, None]
        shares = _first_less_second(residuals / self.counts.sum(axis=1)[:, None])
        groups = shares.size
        return float((groups / (groups - 1) * (shares**2).sum()) ** 0.5)

    def drawn(self, resamples: int, seed: int) -> NDArray[Any]:
        """Return the estimate of each of so many resamples of whole clusters.

        A cluster that both samples have is drawn for both at once. Clusters of one
        sample alone are drawn among themselves.

        Args:
            resamples: how many.
            seed: of NumPy's PCG64.
        """
        import numpy as np  # noqa: PLC0415 - heavy, and only a summary needs it

        rng = np.random.default_rng(seed)
        found = []
        for rows in _portions(resamples, self.counts.shape[1]):
            sums = np.zeros((len(self.sums), rows))
            counts = np.zeros_like(sums)
            for places in self._strata():
                picks = rng.integers(len(places), size=(rows, len(places)), dtype="i4")
                for side in range(len(sums)):
                    sums[side] += self.sums[side, places][picks].sum(axis=1)
                    counts[side] += self.counts[side, places][picks].sum(axis=1)
            found.append(_first_less_second(sums / counts))
        return np.concatenate(found)

    def _strata(self) -> Iterator[NDArray[Any]]:
        """Yield the places of clusters that the same samples have."""
        has = self.counts > 0
        code = has[0] + 2 * has[-1]
        for each in (3, 1, 2):
            if (code == each).any():
                yield (code == each).nonzero()[0]


def table_of(*samples: tuple[ArrayLike, Iterable[Any]]) -> Table:
    """Return a table of one or two samples.

    Args:
        samples: each its values, all finite, and the cluster of each value.
    """
    import numpy as np  # noqa: PLC0415 - as above

    values = [np.asarray(each, dtype=float) for each, _ in samples]
    numbers = _numbered([clusters for _, clusters in samples])
    groups = 1 + max((int(each.max()) for each in numbers if each.size), default=-1)
    counts = [np.bincount(each, minlength=groups) for each in numbers]
    sums = [
        np.bincount(number, each, groups)
        for number, each in zip(numbers, values, strict=True)
    ]
    return Table(np.array(sums), np.array(counts, dtype=float))


def clean(
    values: ArrayLike, clusters: Iterable[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the finite values and their clusters.

    Args:
        values: numbers; None, NaN and infinities are no values and are left out.
        clusters: one for each value, each a number or a text.

    Raises:
        ValueError: there are more of one than of the other.
    """
    import numpy as np  # noqa: PLC0415 - as above

    numbers = np.asarray(values, dtype=float)
    names = np.asarray(clusters if hasattr(clusters, "dtype") else list(clusters))
    if len(numbers) != len(names):
        msg = f"{len(numbers)} values but {len(names)} clusters: one for each is needed"
        raise ValueError(msg)
    kept = np.isfinite(numbers)
    return numbers[kept], names[kept]


def finite(values: ArrayLike) -> NDArray[Any]:
    """Return the values without None, NaN and infinities."""
    import numpy as np  # noqa: PLC0415 - as above

    numbers = np.asarray(values, dtype=float)
    found: NDArray[Any] = numbers[np.isfinite(numbers)]
    return found


def _numbered(clusters: Sequence[Iterable[Any]]) -> list[NDArray[Any]]:
    """Return each cluster as its place in a list of all of them."""
    import numpy as np  # noqa: PLC0415 - as above

    arrays = [np.asarray(each) for each in clusters]
    if all(each.dtype.kind in "iub" for each in arrays):
        _, numbers = np.unique(np.concatenate(arrays), return_inverse=True)
        return np.split(numbers, [len(each) for each in arrays[:-1]])
    known: dict[Any, int] = {}
    return [
        np.array([known.setdefault(name, len(known)) for name in each.tolist()], int)
        for each in arrays
    ]


def _portions(resamples: int, groups: int) -> Iterator[int]:
    portion = max(1, _AT_ONCE // max(1, groups))
    for start in range(0, resamples, portion):
        yield min(portion, resamples - start)


def _first_less_second(of_each: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = of_each[0] - of_each[1] if len(of_each) > 1 else of_each[0]
    return found
