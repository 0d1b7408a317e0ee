"""What a sweep found out, from its store: while it runs, and years later."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ocinb.errors import MissingExtraError, ParameterError, StoreError, one_line
from ocinb.sweep.plots import Plots
from ocinb.sweep.results.best import best_of
from ocinb.sweep.results.comparison import compared, found_setting
from ocinb.sweep.results.drawing import frame_with
from ocinb.sweep.results.exporting import write_csv, write_jsonl, write_parquet
from ocinb.sweep.results.front import front_of
from ocinb.sweep.results.page import page, plain, table
from ocinb.sweep.results.remarks import remarks_of
from ocinb.sweep.results.shown import at_a_glance
from ocinb.sweep.results.summary import summarised
from ocinb.sweep.results.trials import read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pandas import DataFrame

    from ocinb.sweep.results.best import Best
    from ocinb.sweep.results.comparison import Comparison
    from ocinb.sweep.results.trials import Trials
    from ocinb.sweep.store import Store, SweepRecord
    from ocinb.sweep.values import Setting

__all__ = ["SweepResult"]


class SweepResult:
    """The results of one sweep; each look at them shows what there is by then.

    Args:
        store: that keeps them.
        sweep_id: of the sweep.
        status: of the run, in a word: `done`, `cancelled`; "" if it is not known.
        notes: of the run, one line each, beside what the trials themselves tell.
        model: what `best_model` changes; None if there is none any more.

    Attributes:
        store: as above.
        status: as above; the run may set it.
        model: as above.

    Raises:
        StoreError: the store has no such sweep, or cannot be read.
    """

    def __init__(
        self,
        store: Store,
        sweep_id: int,
        *,
        status: str = "",
        notes: Sequence[str] = (),
        model: Any = None,
    ) -> None:
        self.store = store
        self.status = status
        self.model = model
        self._notes = tuple(notes)
        found = [each for each in store.sweeps() if each.id == sweep_id]
        if not found:
            msg = f"{store.path} has no sweep {sweep_id}"
            raise StoreError(msg, hint=".sweeps() of a Store lists them")
        self.record: SweepRecord = found[0]
        self._reading = threading.Lock()
        self._read: tuple[int, Trials] | None = None

    @property
    def trials(self) -> Trials:
        """The finished trials with what their columns mean.

        Raises:
            MissingExtraError: pandas is not installed.
            StoreError: the store cannot be read.
        """
        with self._reading:
            changes = self.store.changes()
            if self._read is None or self._read[0] != changes:
                self._read = changes, read(self.store, self.record.id)
            return self._read[1]

    @property
    def df(self) -> DataFrame:
        """One row for each finished trial, failed ones with their error.

        Columns: the axes (`param_error` for one that is called as a column below);
        `setting`, `prompt` (numbers), `prompt_text`; the fields of
        `ocinb.sweep.values.Row`; `tpot_s`, `itl_mean_s`, `output_tokens_per_s` (see
        `ocinb.sweep.timing`); `score_<scorer>`; `key`, as hexadecimal digits.

        Raises:
            MissingExtraError: pandas is not installed.
            StoreError: the store cannot be read.
        """
        return self.trials.frame.copy(deep=False)

    def __len__(self) -> int:
        """Return how many trials are finished."""
        return len(self.trials.frame)

    @property
    def settings(self) -> list[Setting]:
        """The settings that were tried, by number."""
        return list(self.trials.settings)

    def setting(self, number: int | Mapping[str, Any]) -> Setting:
        """Return one setting.

        Args:
            number: its number, or values that only it has.

        Raises:
            ParameterError: there is none, or there are several.
        """
        return found_setting(self.trials.settings, number)

    def summary(
        self,
        by: Sequence[str] | str | None = None,
        metrics: Sequence[str] | str | None = None,
    ) -> DataFrame:
        """Return what each setting, or each value of some axes, came to.

        Columns: the axes; `planned`, `n` (ok) and `failed` trials, `prompts` and
        `repeats` among the finished ones; for each metric, over successful trials that
        have a value, `<metric>_mean`, `_sd`, `_low` and `_high` (the 95 % interval of
        the mean, by prompt: `ocinb.sweep.metrics.cluster_interval`), `_p50`, `_p95`,
        `_n`; `note`.

        Args:
            by: axes, such as `["temperature"]`; None is each setting by itself.
            metrics: columns of numbers, scorers, or names of
                `ocinb.sweep.metrics.METRICS`, such as `distinct_2`; None is times and
                scores.

        Raises:
            ParameterError: there is no such axis or metric.
        """
        return summarised(self.trials, by, metrics)

    def best(
        self,
        metric: str,
        then: str | None = None,
        *,
        higher: bool | Mapping[str, bool] | None = None,
    ) -> Best:
        """Return the setting with the best mean, and which others may be as good.

        `best(...).setting` refuses to name a winner that is not distinguishable from
        others.

        Args:
            metric: as in `summary`.
            then: chooses among those that are as good.
            higher: whether more is better, where it is not known: of `metric`, or of
                each by name.

        Raises:
            ParameterError: there is no such metric, it has no values, or it is not
                known which way is better.
        """
        return best_of(self.trials, metric, then, higher=higher)

    def pareto(
        self, x: str, y: str, higher: Mapping[str, bool] | None = None
    ) -> DataFrame:
        """Return each setting's means of two metrics, and whether any beats it in both.

        Args:
            x: as in `summary`.
            y: as in `summary`.
            higher: whether more is better, by name, where it is not known.

        Raises:
            ParameterError: there is no such metric, or it is not known which way is
                better.
        """
        return front_of(self.trials, x, y, higher)

    @property
    def plot(self) -> Plots:
        """Charts: `plot.heatmap("temperature", "top_p", "distinct_2")`, and others.

        Each is drawn by JupyterLab itself, without a network, and is a picture where
        the notebook is shown by something else.
        """
        axes = list(self.trials.axes.values())
        return Plots(lambda names: frame_with(self.trials, names), axes)

    def compare(
        self,
        a: int | Setting | Mapping[str, Any],
        b: int | Setting | Mapping[str, Any],
    ) -> Comparison:
        """Return two settings side by side: their texts, and how far apart they are.

        Args:
            a: a setting, its number, or values that only it has.
            b: another one.

        Raises:
            ParameterError: there is no such setting, or several.
        """
        return compared(self.trials, a, b)

    def best_model(
        self,
        metric: str | None = None,
        then: str | None = None,
        *,
        higher: bool | Mapping[str, bool] | None = None,
    ) -> Any:
        """Return the model with the best setting; a `system` axis is not a part of it.

        Args:
            metric: as in `best`; may be left out where there is a single scorer.
            then: as in `best`.
            higher: as in `best`.

        Raises:
            ParameterError: no setting is best, or there is no model any more.
        """
        if self.model is None:
            msg = "this result knows no model"
            raise ParameterError(msg, hint="set result.model = your model first")
        chosen = metric if metric is not None else self._single_score()
        setting = self.best(chosen, then, higher=higher).setting
        values = {n: v for n, v in setting.values.items() if n != "system"}
        fields = getattr(type(self.model), "model_fields", {})
        if values.keys() <= fields.keys():
            return self.model.model_copy(update=values)
        return self.model.bind(**values)

    def _single_score(self) -> str:
        scores = list(self.trials.scores.values())
        if len(scores) == 1:
            return scores[0]
        msg = f"best by which metric? There are {len(scores)} scores"
        raise ParameterError(msg, hint='best_model("score_name", then="ttft_s")')

    @property
    def warnings(self) -> list[str]:
        """What a reader has to know before they believe the results; a line each."""
        of_store = [self.store.note] if self.store.note else []
        return [*self._notes, *of_store, *remarks_of(self.trials)]

    def to_csv(self, path: str | Path) -> Path:
        """Write `df` as CSV, whole or not at all; a file that is there is replaced.

        Raises:
            ConfigurationError: it cannot be written; what was there is as it was.
        """
        return write_csv(self.df, path)

    def to_jsonl(self, path: str | Path) -> Path:
        """Write `df` as a JSON object a line, as `to_csv` does.

        Raises:
            ConfigurationError: it cannot be written; what was there is as it was.
        """
        return write_jsonl(self.df, path)

    def to_parquet(self, path: str | Path) -> Path:
        """Write `df` as Parquet, as `to_csv` does.

        Raises:
            ConfigurationError: it cannot be written; what was there is as it was.
            MissingExtraError: pyarrow is not installed.
        """
        return write_parquet(self.df, path)

    def __repr__(self) -> str:
        try:
            return self._title(self.trials)
        except MissingExtraError as error:
            return f"{one_line(self.record.name or 'sweep', 80)}: {error}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        try:
            trials = self.trials
        except MissingExtraError:
            return {"text/plain": repr(self)}
        tables, left_out = at_a_glance(trials)
        title, notes = self._title(trials), [*left_out, *self.warnings]
        return {
            "text/html": page(title, [table(*each) for each in tables], notes),
            "text/plain": plain(title, tables, notes),
        }

    def _title(self, trials: Trials) -> str:
        failed = int((~trials.is_ok).sum())
        name = one_line(self.record.name or f"sweep {self.record.id}", 80)
        settings = len(trials.settings)
        told = [
            *([self.status] if self.status else []),
            f"{len(trials.frame):,} of {trials.count:,} trials finished",
            *([f"{failed:,} failed"] if failed else []),
            f"{settings:,} setting{'' if settings == 1 else 's'}",
        ]
        return f"{name}: {', '.join(told)}"
