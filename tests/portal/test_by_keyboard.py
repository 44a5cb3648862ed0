"""Who has no mouse gets everywhere: Tab reaches whatever can be used, in the order of the page, and shows where it is.

Sources: WCAG 2.2, 2.1.1 Keyboard, 2.1.2 No Keyboard Trap, 2.4.3 Focus Order, 2.4.7 Focus Visible, 2.4.11 Focus Not
Obscured. HTML, "Sequential focus navigation"; of a group of choices Tab reaches one, and arrows the others.
"""
from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.portal.chromium import DESK, PHONE, looking
from tests.portal.states import situation

_TO_BE_REACHED = """() => {
    const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    const one_of_a_group = e => {
        if (e.type !== "radio") return true;
        const group = [...e.form.querySelectorAll("[type=radio]")].filter(other => other.name === e.name);
        return e === (group.find(other => other.checked) || group[0]);
    };
    const all = [...document.querySelectorAll(usable)].filter(
        e => !e.matches(":disabled") && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true})
            && !e.closest("details:not([open]) > :not(summary)") && one_of_a_group(e));
    // What pops up comes behind the button that opens it ("sequential focus navigation", popovers).
    const popped = all.filter(e => e.closest(":popover-open")), others = all.filter(e => !popped.includes(e));
    const opener = others.findIndex(e => popped.length && e.hasAttribute("popovertarget"));
    window.reached = [...others.slice(0, opener + 1), ...popped, ...others.slice(opener + 1)];
    return window.reached.map(e => e.outerHTML.slice(0, 160));
}"""
_AT_THE_TOP = "document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')"
_WHERE = """() => {
    const e = document.activeElement, style = getComputedStyle(e), box = e.getClientRects()[0];
    if (e === document.body || !box) return null;
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const is_seen = !!at && (e.contains(at) || at.contains(e) || [...(e.labels || [])].some(one => one.contains(at)));
    // What Esc takes away may lie over the rest (2.4.11, note 2).
    const is_covered = !!document.querySelector(":popover-open") && !e.closest(":popover-open");
    return {place: window.reached.indexOf(e), ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
            seen: is_seen || is_covered, scrolls: e.scrollHeight > e.clientHeight || e.scrollWidth > e.clientWidth,
            html: e.outerHTML.slice(0, 160)};
}"""


def walked(page: Page) -> tuple[list[str], list[dict[str, Any]]]:
    """What is to be reached, and where each Tab leads, until it leaves the page or comes round."""
    page.evaluate(_AT_THE_TOP)
    wanted: list[str] = page.evaluate(_TO_BE_REACHED)
    steps = list[dict[str, Any]]()
    for _ in range(3 * len(wanted) + 20):
        page.keyboard.press("Tab")
        step = page.evaluate(_WHERE)
        if step is None or (steps and step["place"] == steps[0]["place"]):
            break
        # A field of a time takes a Tab for each of its parts.
        if not steps or step["place"] < 0 or step["place"] != steps[-1]["place"]:
            steps.append(step)
    return wanted, steps


@pytest.mark.slow("a browser that goes through every page by Tab, whose work counts when the browser ends")
@pytest.mark.parametrize(("name", "viewport"), [("pages", DESK), ("forms", PHONE)], ids=["pages, desk", "forms, phone"])
def test_tab_reaches_whatever_can_be_used_in_its_order_and_shows_it(
    browser: Browser, name: str, viewport: Any
) -> None:
    with situation(name) as (portal, states):
        for state, look in states:
            with looking(browser, viewport=viewport) as (page, _):
                page.goto(portal.url + look.path)
                if look.act:
                    look.act(page)
                page.wait_for_load_state("networkidle")

                wanted, steps = walked(page)

                assert wanted, state
                places = [step["place"] for step in steps if step["place"] >= 0]
                assert [wanted[place] for place in places] == wanted, state
                assert [step["html"] for step in steps if step["place"] < 0 and not step["scrolls"]] == [], state
                assert [step["html"] for step in steps if not step["ring"]] == [], f"{state}: no ring"
                assert [step["html"] for step in steps if not step["seen"]] == [], f"{state}: out of sight"
