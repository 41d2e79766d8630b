"""What comes when it is seen, what stays when the page moves, and what a telephone shows in place
of the head of a table."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

PageFor = Callable[[str], Page]


def test_the_chart_s_script_comes_when_the_chart_is_seen(demo_page_for: PageFor, size: str) -> None:
    leader = demo_page_for("leader")
    asked: list[str] = []
    leader.on("request", lambda one: asked.append(one.url) if "/charts-" in one.url else None)
    leader.goto("/chart/college", wait_until="networkidle")
    chart = leader.locator("[data-script-when-seen]")
    if size == "phone":
        # It stands below the figures: nothing is loaded for it, nothing is drawn.
        expect(chart).not_to_be_in_viewport()
        assert asked == []
        leader.mouse.wheel(0, 100)
    expect(chart.locator("canvas, svg").first).to_be_attached()
    assert len(asked) == 1


def test_a_list_is_sorted_on_a_telephone(demo_page_for: PageFor, size: str) -> None:
    head = demo_page_for("head.jwc")
    head.goto("/task/list/?view=all&density=compact")
    menu = head.locator(".ls-sort")
    if size == "desktop":
        expect(menu).to_be_hidden()
        return
    menu.locator("summary").click()
    menu.get_by_role("link", name="完成时限").click()
    head.wait_for_url("**_oc_TaskView=due_on**")
    assert "density=compact" in head.url
    days = [day for day in head.locator("tbody td.ls-date").all_text_contents() if day != "—"]
    assert days == sorted(days)
    menu.locator("summary").click()
    here = menu.locator("[aria-current]")
    expect(here).to_contain_text("升序")
    here.click()
    head.wait_for_url("**_od_TaskView=desc**")


def test_the_bar_stays_in_view_at_the_end_of_a_long_page(demo_page_for: PageFor, size: str) -> None:
    office = demo_page_for("office")
    office.set_viewport_size({"width": office.viewport_size["width"], "height": 300})  # type: ignore[index]
    office.goto("/")
    bar = office.locator(".lx-top")
    office.keyboard.press("End")
    expect(office.locator(".lx-foot")).to_be_in_viewport()
    if size == "phone":  # there its two rows would take the room of what is read
        expect(bar).not_to_be_in_viewport()
    else:
        expect(bar).to_be_in_viewport(ratio=1)
        expect(office.locator(".lx-rail")).to_be_in_viewport()
