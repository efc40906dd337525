"""The two READMEs say the same in the same places, and the picture what was run."""

import re

import pytest

from tools.notebooks import ROOT
from tools.picture import PICTURE, ROWS, score

ENGLISH, CHINESE = "README.md", "README.zh-CN.md"


def shape(file: str) -> dict:
    """What must not differ between the two languages."""
    text = (ROOT / file).read_text("utf-8")
    fenced = re.compile(r"```.*?```", re.S)
    prose = fenced.sub("", text)
    links = re.findall(r"\]\(([^)\s]+)\)", prose)
    return {
        "headings": [len(marks) for marks in re.findall(r"^(#+) ", prose, re.M)],
        "code blocks": [re.sub(r" +#.*", "", block) for block in fenced.findall(text)],
        "rows": [line.count("|") for line in prose.splitlines() if line[:1] == "|"],
        "bullets": len(re.findall(r"^- ", prose, re.M)),
        "links": [link for link in links if link not in (ENGLISH, CHINESE)],
        "commands": sorted(set(re.findall(r"`([^`\n]+)`", prose))),
    }


@pytest.mark.parametrize("part", shape(ENGLISH))
def test_the_chinese_readme_is_in_step(part):
    assert shape(CHINESE)[part] == shape(ENGLISH)[part]


@pytest.mark.parametrize("file", [ENGLISH, CHINESE, "CONTRIBUTING.md"])
def test_links_lead_somewhere(file):
    text = (ROOT / file).read_text("utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        assert link.startswith("https://") or (ROOT / link).is_file(), link


def test_the_picture_shows_what_the_notebooks_printed():
    """After `make refresh` has changed a score: `python -m tools.picture`."""
    drawn = PICTURE.read_text("utf-8")
    assert PICTURE.stat().st_size < 30_000
    for name, *_ in ROWS:
        after, before = score(name)
        assert f"{after:.1f}" in drawn and f"{before:.1f}" in drawn
        for file in (ENGLISH, CHINESE):
            alt = re.search(r"!\[(.*?)\]", (ROOT / file).read_text("utf-8"))[1]
            assert f"{after:.1f}" in alt and f"{before:.1f}" in alt, file
