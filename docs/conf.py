"""The site, `make site`: pages from the committed notebooks, never executed.

The source folder is the repository itself (`sphinx-build -c docs . OUT`), so notebooks
are read where they lie, and links between files work as they do on GitHub.
"""

import html
import re
import tomllib
from pathlib import Path

from docutils import nodes
from sphinx.search.en import SearchEnglish

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
# OWNER/REPO once the project has an address; without one there are no links to it.
REPOSITORY = PYPROJECT["tool"].get("companion", {}).get("repository")
COLAB_BADGE = re.compile(r"\[!\[[^]]*\]\(https://colab[^)]*\)\]\([^)]*\)")
# A line with two gaps of two spaces or more, those before an arrow not counted.
COLUMNS = re.compile(r"^.*\S {2,}[^\s→].* {2,}[^\s→]", re.M)

project = "LLM course companion"
html_title = project
language = "en"
smartquotes = False  # they would also turn quotes of code in headings
root_doc = "docs/index"
include_patterns = ["docs/*.md", "notebooks/*.ipynb"]
# Folders that the search for pages need not walk through.
exclude_patterns = [".*", "docs/_build", "runs", "outputs", "notebooks/outputs"]
extensions = ["myst_nb", "sphinx_copybutton"]

nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Show the set-up cell"  # no other is folded
nb_code_prompt_hide = "Hide the set-up cell"
nb_ipywidgets_js = {}  # the default loads scripts from a CDN
myst_heading_anchors = 3

html_theme = "furo"
html_theme_options = {
    "top_of_page_buttons": [],
    # The ground of code; the style's own is hardly told from the page's white.
    "light_css_variables": {"color-code-background": "#f3f5f7"},
}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/icon.svg"
html_additional_pages = {"index": "redirect.html"}
html_sourcelink_suffix = ""  # notebooks are offered for download under their own names
html_show_copyright = False
html_use_index = False
html_context = {"repository": REPOSITORY}
templates_path = ["_templates"]
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

# Code has copy buttons, outputs have none.
copybutton_selector = (
    ":is(.highlight-ipython3, .highlight-python, .highlight-sh, .highlight-bash) pre"
)


class SearchWithNumbers(SearchEnglish):
    """English, and negative numbers as words: −100 can be searched for.

    Both minus signs are indexed as U+2212; Sphinx takes a word that starts with the
    ASCII one for a word to leave out.
    """

    js_splitter_code = r"""
var splitQuery = (query) =>
  (query.match(/(?<![\p{L}\p{N}_])[-−]\p{N}+|[\p{L}\p{N}_]+/gu) || [])
    .map((word) => word.replace("-", "−"));
"""

    def split(self, text):
        words = re.findall(r"(?<!\w)[-−]\d+|\w+", text)
        return [word.replace("-", "−") for word in words]


def prepare(app, docname, source):
    """Drops the badge of Colab: the page has its own link."""
    source[0] = COLAB_BADGE.sub("", source[0])


def mark_columns(app, doctree, docname):
    """Gives printed tables, two lines with three columns or more, a class."""
    for block in doctree.findall(nodes.literal_block):
        if len(COLUMNS.findall(block.astext())) > 1:
            block["classes"].append("columns")


def describe(app, pagename, templatename, context, doctree):
    """Gives search engines the page's first paragraph."""
    first = next(doctree.findall(nodes.paragraph), None) if doctree else None
    if first:
        text = html.escape(" ".join(first.astext().split()))
        context["metatags"] += f'<meta name="description" content="{text}">'


def setup(app):
    app.add_search_language(SearchWithNumbers)
    app.connect("source-read", prepare)
    app.connect("doctree-resolved", mark_columns)
    app.connect("html-page-context", describe)
