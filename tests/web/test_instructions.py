"""The list of leaders' instructions leads to what each one is about (Art. 8)."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.cast import Cast
from tests.factories import make_instruction, make_supervision_case, make_task

ClientFor = Callable[[str], FlaskClient]


def test_an_instruction_leads_to_its_case_and_names_no_number(
    cast: Cast, client_for: ClientFor
) -> None:
    case = make_supervision_case(department=cast.jwc)
    one = make_instruction(
        author=cast.leader, subject_table="supervision_case", subject_id=case.id, text="抓紧办理。"
    )
    office = client_for("office")
    about = f"/instruction/about/{one.id}"
    assert f'href="{about}"' in office.get("/instruction/list/").text
    page = office.get(f"/instruction/show/{one.id}").text
    assert f'href="{about}"' in page and "对象编号" not in page
    assert office.get(about).location == f"/supervision_case/show/{case.id}"


def test_an_instruction_on_a_task_leads_to_the_task(cast: Cast, client_for: ClientFor) -> None:
    task = make_task(lead_department=cast.jwc)
    one = make_instruction(author=cast.leader, subject_table="task", subject_id=task.id)
    answer = client_for("office").get(f"/instruction/about/{one.id}")
    assert answer.location == f"/task/show/{task.id}"
