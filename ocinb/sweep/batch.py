"""A column of answers for a table of questions: a prompt a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocinb.errors import ParameterError, one_line
from ocinb.sweep.run import run_sweep

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["run_batch"]

_NEVER = ("background", "reference", "repeats")


def run_batch(
    model: Any, df: DataFrame, template: str, *, column: str = "answer", **options: Any
) -> DataFrame:
    """Answer each row of a DataFrame, and return the table with the answers.

    It is a sweep of one setting: as fast and as polite, each answer is kept at once,
    and the same call again asks only the rows that are new or have changed. Rows with
    the same question are asked once. After an interrupt the rows so far have answers.

    Example:
        ```python
        reviews = run_batch(chat, reviews, "Is this review positive? {text}")
        ```

    Args:
        model: as in `run_sweep`.
        df: the table; it is not changed.
        template: text with `{column}` in it, for columns of the table; `{{` is a brace.
        column: where the answers go. Rows without one have NaN there, and what went
            wrong in `<column>_error`.
        options: arguments of `run_sweep`, such as `max_concurrency`, `limit`, `store`,
            `scorers` and `retry_errors`; `seed` is None unless it is given.

    Raises:
        ParameterError: as `run_sweep`; the table has such a column already; or an
            option makes no sense here.
        StoreError: as `run_sweep`.
    """
    for name in _NEVER:
        if name in options:
            msg = f"run_batch takes no {name}: use run_sweep for that"
            raise ParameterError(msg)
    names = (column, f"{column}_error")
    for name in names:
        if name in df.columns:
            msg = f"the table has a column {one_line(name, 60)} already: pass column="
            raise ParameterError(msg)
    asked = {"seed": None, **options, "template": template}
    result: Any = run_sweep(model, None, df, **asked)
    return df.assign(**_answers(result, len(df), names))


def _answers(result: Any, count: int, names: tuple[str, str]) -> dict[str, list[Any]]:
    """Return the new columns by their names; that of errors only if there are some."""
    rows = result.store.rows(result.record.id, ("status", "text", "error"))
    answers: list[Any] = [None] * count
    errors: list[Any] = [None] * count
    fields = (rows["prompt"], rows["status"], rows["text"], rows["error"])
    for place, status, text, error in zip(*fields, strict=True):
        if status == "ok":
            answers[place] = text
        else:
            errors[place] = error
    columns = {names[0]: answers}
    if any(error is not None for error in errors):
        columns[names[1]] = errors
    return columns
