"""The built site as files: complete, small, and nothing in it from elsewhere."""

import functools
import re

import nbformat
import pytest
from bs4 import BeautifulSoup

from tools.notebooks import NOTEBOOKS, ROOT, names

PAGE_BYTES = 1_500_000
# What a browser fetches on its own; a link that a reader follows is not among it.
FETCHED = {
    "script": "src",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
}


def pages(site):
    return sorted(site.rglob("*.html"))


@functools.cache
def read(path):
    return BeautifulSoup(path.read_text("utf-8"), "lxml")


def test_every_page_is_in_the_contents(site):
    """Chapters in the course's order, then what is written beyond them."""
    start = read(site / "docs/index.html")
    written = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    for contents in start.select_one(".sidebar-tree"), start.select_one("article"):
        linked = [link["href"] for link in contents.select("li a[href]")]
        listed = [href for href in linked if href.startswith("../notebooks/")]
        assert listed == [f"../notebooks/{name}.html" for name in names()]
        assert {f"{name}.html" for name in written} <= set(linked)


def test_nothing_comes_from_elsewhere(site):
    """No script, style sheet, font or picture needs a network."""
    for path in pages(site):
        page = read(path)
        for tag, attribute in FETCHED.items():
            for element in page.find_all(tag, **{attribute: True}):
                address = element[attribute]
                assert not re.match(r"(https?:)?//", address), f"{path.name}: {address}"
    for path in site.rglob("*.css"):
        text = path.read_text("utf-8")
        assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import", text), path.name


def test_what_a_page_names_is_there(site):
    """Every local link, script and picture leads to a file of the site."""
    for path in pages(site):
        for element in read(path).select("[href], [src]"):
            address = (element.get("href") or element.get("src")).split("#")[0]
            address = address.split("?")[0]
            if address and not re.match(r"\w+:", address):
                assert (path.parent / address).exists(), f"{path.name}: {address}"


def test_pages_are_small(site):
    sizes = {path.name: path.stat().st_size for path in pages(site)}
    assert {name: size for name, size in sizes.items() if size > PAGE_BYTES} == {}


@pytest.mark.parametrize("name", names())
def test_a_notebook_page_has_it_all(site, name):
    """All cells, alt text on the figures, the notebook itself, neighbours."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    page = read(site / "notebooks" / f"{name}.html")
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    shown = [pre.text.strip("\n") for pre in page.select(".cell_input pre")]
    assert shown == [source.strip("\n") for source in code if source.strip()]
    for picture in page.select(".cell_output img"):
        assert len(picture.get("alt", "").split()) >= 5
    download = page.select_one(".notebook-links a[download]")["href"]
    offered = site / "notebooks" / download
    assert offered.name == f"{name}.ipynb"
    assert offered.read_bytes() == (NOTEBOOKS / offered.name).read_bytes()
    assert page.select_one("a.prev-page")
    last = name == names()[-1] and not page.select_one("a.next-page")
    assert last or page.select_one("a.next-page")


def test_colab_link_needs_an_address(site):
    """Without OWNER/REPO in pyproject.toml no page leads to Colab; with it, all do."""
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")
    stamped = re.search(r'^repository = "(.+)"', pyproject, re.M)
    for name in names():
        links = read(site / "notebooks" / f"{name}.html").select(".notebook-links a")
        colab = [link["href"] for link in links if "colab" in link["href"]]
        target = stamped and f"github/{stamped[1]}/blob/main/notebooks/{name}.ipynb"
        assert [address.partition(".com/")[2] for address in colab] == (
            [target] if stamped else []
        )
