"""How well the worst readable words below a cell stand out from their background."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook

WORST_CONTRAST = """index => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const root = notebook.widgets[index].outputArea.node;
    const parse = colour => (colour.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    const shade = ([r, g, b]) => {
        const [x, y, z] = [r, g, b].map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const behind = element => {
        for (let e = element; e; e = e.parentElement) {
            const colour = parse(getComputedStyle(e).backgroundColor);
            if ((colour[3] ?? 1) > 0.99) return colour;
        }
        return [255, 255, 255];
    };
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let worst = [21, ''];
    while (walker.nextNode()) {
        const text = walker.currentNode.data.trim();
        const element = walker.currentNode.parentElement;
        if (!text || !element.checkVisibility()) continue;
        if (element.closest('.jp-OutputPrompt')) continue;  // JupyterLab's own
        const pair = [parse(getComputedStyle(element).color), behind(element)].map(shade);
        const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        if (ratio < worst[0]) worst = [ratio, text];
    }
    return worst;
}"""


def worst_contrast(notebook: OpenNotebook, index: int) -> tuple[float, str]:
    """Return the lowest contrast ratio (WCAG 2.2) below a cell, and the words."""
    ratio, text = notebook.page.evaluate(WORST_CONTRAST, index)
    return float(ratio), str(text)
