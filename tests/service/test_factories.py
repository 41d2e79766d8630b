"""Every model has a factory, and what it makes is valid."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.core.unit_of_work import AnySession
from tests import factories


@pytest.mark.parametrize("model", factories.MODELS, ids=lambda model: model.__name__)
def test_the_factory_makes_a_valid_row(model: type[Any], session: AnySession) -> None:
    row = factories.make(model)
    session.expire_all()
    assert session.scalar(select(model).where(model.id == row.id)) is row


def test_every_model_has_a_factory_of_its_own() -> None:
    made = {value.args[0] for name, value in vars(factories).items() if name.startswith("make_")}
    assert made == set(factories.MODELS)
