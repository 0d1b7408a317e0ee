"""What a worker refuses to carry out."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import HumanMessage

from ocinb.errors import ConfigurationError
from ocinb.sweep.engine import Options
from ocinb.sweep.farm.carrying import carry_out
from ocinb.sweep.farm.folder import Office
from ocinb.sweep.farm.packing import dumps, loads, packed_model
from ocinb.sweep.farm.parcels import Ended, Orders, Slice
from ocinb.sweep.farm.shares import shares
from ocinb.sweep.values import Prompt, Setting, Trial

TRIAL = Trial(Setting(0, {}), Prompt(0, (HumanMessage("Hi"),)), 0)


def part() -> Slice:
    return Slice(
        number=1,
        version=version("ocinb"),
        model=packed_model(FakeListChatModel(responses=["Hello"])),
        stream=False,
        timeout=5,
        trials=[(TRIAL, b"key")],
        options=Options(),
        pace=shares(None, 2, 1)[0],
    )


def carried_out(orders: Orders, given: Slice) -> Ended:
    office = Office()
    office.order(dumps(orders))
    try:
        ended: Ended = loads(carry_out(dumps(given), office.post()))
    finally:
        office.close(is_read=False)
    return ended


def test_a_slice_comes_back_with_the_keys_of_its_sweep():
    found = carried_out(Orders(), part()).report.found

    assert [(each.row.key, each.row.text) for each in found] == [(b"key", "Hello")]


@pytest.mark.parametrize(
    "orders", [Orders(cancelled=True), Orders(stopped="by you"), Orders(cut={0: "400"})]
)
def test_orders_count_before_the_first_request(orders: Orders):
    assert carried_out(orders, part()).report.found == ()


def test_another_version_of_ocinb_is_refused():
    with pytest.raises(ConfigurationError, match="install the same version on both"):
        carried_out(Orders(), replace(part(), version="0.0.1"))
