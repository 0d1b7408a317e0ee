"""Where every element of an answer stands below a cell, and how it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook

BOXES = """index => {
    const area = window.jupyterapp.shell.currentWidget.content.widgets[index].outputArea;
    const origin = area.node.getBoundingClientRect();
    const boxes = [['whole', '', 0, 0, 0, origin.height]];
    const drawn = 'h1,h2,h3,h4,p,table,tr,th,td,li,pre,code,blockquote,hr,.highlight';
    for (const element of area.node.querySelectorAll(`.ocinb :is(${drawn})`)) {
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        const looks = [style.color, style.backgroundColor, style.font, style.listStyleType];
        boxes.push([
            element.tagName + ' ' + element.innerText.slice(0, 30), looks.join(),
            box.left - origin.left, box.top - origin.top, box.width, box.height,
        ]);
    }
    return boxes;
}"""


def boxes_of(notebook: OpenNotebook, index: int) -> list[Any]:
    """Return place, size, colours and font of each element, the whole output first."""
    found: list[Any] = notebook.page.evaluate(BOXES, index)
    return found
