"""The site in headless Chromium, as a reader uses it."""

import nbformat
import pytest

from tools.notebooks import NOTEBOOKS, ROOT, names

PAGES = ["search.html"]
PAGES += [f"notebooks/{name}.html" for name in names()]
PAGES += [f"docs/{p.stem}.html" for p in sorted((ROOT / "docs").glob("*.md"))]

# Boxes of the article that are wider than its column, unless a box inside the article
# scrolls them. The theme lets the column itself scroll too, which would hide them.
OVERFLOWING = """() => {
  const article = document.querySelector("article");
  const column = document.querySelector(".content");
  const edge = column.getBoundingClientRect().right + 1;
  const scrolled = (element) => {
    for (let box = element.parentElement; box !== article; box = box.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(box).overflowX)
          && box.getBoundingClientRect().right <= edge) return true;
    }
    return false;
  };
  const out = [...article.querySelectorAll("*")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.right > edge && !scrolled(element);
  }).map((element) => element.outerHTML.slice(0, 120));
  for (const box of [document.documentElement, column]) {
    if (box.scrollWidth > box.clientWidth) out.push(`${box.tagName} scrolls`);
  }
  return out;
}"""


@pytest.mark.parametrize("path", PAGES)
def test_loads_and_fits(page, address, path):
    """No error in the console, nothing asked of other machines, nothing too wide."""
    problems = []
    page.on("console", lambda m: m.type == "error" and problems.append(m.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(request.url))
    page.on("response", lambda r: r.status >= 400 and problems.append(r.url))
    page.on(
        "request",
        lambda r: r.url.startswith((address, "data:")) or problems.append(r.url),
    )
    page.goto(address + path, wait_until="networkidle")
    assert "LLM course companion" in page.title()
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERFLOWING) == [], f"{width} pixels"
    assert problems == []


def test_home_is_the_start_page(page, address):
    page.goto(address)
    page.wait_for_url("**/docs/index.html")


@pytest.mark.parametrize("name", names())
def test_copy_buttons_copy_the_cells(page, address, name):
    """Each button puts its cell's code on the clipboard, to the last character."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    code = [c.source for c in notebook.cells if c.cell_type == "code" and c.source]
    page.goto(f"{address}notebooks/{name}.html")
    page.locator(".cell_input button.copybtn").first.wait_for(state="attached")
    copied = page.evaluate(
        """async () => {
          const copied = [];
          for (const button of document.querySelectorAll(".cell_input .copybtn")) {
            await navigator.clipboard.writeText("nothing copied");
            button.click();
            copied.push(await navigator.clipboard.readText());
          }
          return copied;
        }"""
    )
    assert copied == code


def test_outputs_have_no_copy_button(page, address):
    page.goto(f"{address}notebooks/{names()[0]}.html")
    page.locator(".cell_input button.copybtn").first.wait_for(state="attached")
    assert page.locator(".cell_output button.copybtn").count() == 0


@pytest.mark.parametrize("query", ["-100", "−100"])
def test_search_finds_minus_100(page, address, query):
    """Exactly the chapters in which the number stands, with either minus sign."""
    page.goto(address + "docs/index.html")
    page.fill(".sidebar-search", query)
    page.press(".sidebar-search", "Enter")
    page.get_by_text("matching the search query").wait_for()
    found = page.locator("#search-results li a").evaluate_all(
        "links => links.map((link) => link.pathname.split('/').pop())"
    )
    having = set()
    for name in names():
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        text = "\n".join(cell.source for cell in notebook.cells)
        if "-100" in text or "−100" in text:
            having.add(f"{name}.html")
    assert having
    chapters = {f"{name}.html" for name in names()}
    assert having == chapters.intersection(found)


def test_search_finds_words(page, address):
    page.goto(address + "search.html?q=codeparrot")
    page.locator("#search-results li a").first.wait_for()
    links = page.locator("#search-results li a").all()
    assert any("ch7_clm" in link.get_attribute("href") for link in links)


def test_dark_mode_switches_and_stays(page, address):
    """The button changes the page, its figures, and the pages read after it."""
    name = "ch3_finetune_mrpc"
    page.goto(f"{address}notebooks/{name}.html")
    background = "getComputedStyle(document.body).backgroundColor"
    figure = "getComputedStyle(document.querySelector('.cell_output img')).filter"
    light, plain = page.evaluate(background), page.evaluate(figure)
    assert plain == "none"
    button = page.locator(".theme-toggle-content .theme-toggle")
    for _ in range(3):  # auto, then light and dark
        button.click()
        if page.evaluate("document.body.dataset.theme") == "dark":
            break
    assert page.evaluate(background) != light
    assert page.evaluate(figure).startswith("invert")
    page.goto(f"{address}docs/index.html")
    assert page.evaluate("document.body.dataset.theme") == "dark"
    assert page.evaluate(background) != light


def test_a_dark_desktop_gets_a_dark_page(chromium, address):
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}notebooks/ch3_finetune_mrpc.html")
    figure = "getComputedStyle(document.querySelector('.cell_output img')).filter"
    assert page.evaluate(figure).startswith("invert")
    context.close()
