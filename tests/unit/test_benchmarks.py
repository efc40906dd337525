"""The page of benchmarks: a section for each, written by the command alone."""

import re

import pytest

from tools import benchmarks, reliability


def test_the_page_has_a_section_for_each_benchmark_and_no_other():
    page = benchmarks.PAGE.read_text("utf-8")
    wanted = [
        f"{name} {kind}"
        for name, (_, kinds) in benchmarks.BENCHMARKS.items()
        for kind in kinds
    ]
    assert re.findall(r"^<!-- (\w+ \w+) -->$", page, re.M) == wanted
    for name in wanted:
        _, text, _ = reliability.split_page(name, benchmarks.PAGE)
        # Either it says that nothing was measured, or when, on what and how.
        module = benchmarks.BENCHMARKS[name.split()[0]][0]
        how = rf"^`python -m {re.escape(module)}`, \d{{4}}-\d\d-\d\d, .+, torch \d"
        assert text.startswith("Not measured yet") or re.search(how, text, re.M), name


def test_what_a_benchmark_prints_goes_to_its_section(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- quick cpu -->\nold\n<!-- /quick cpu -->\nafter\n")
    monkeypatch.setattr(benchmarks, "PAGE", page)
    monkeypatch.setattr(benchmarks.torch.cuda, "is_available", lambda: False)
    quick = ("platform", ("cpu",))
    monkeypatch.setattr(benchmarks, "BENCHMARKS", {"quick": quick})
    assert benchmarks.main([]) == 0
    text = page.read_text("utf-8")
    assert text.startswith("before\n<!-- quick cpu -->\n\n```text\n")
    assert "old" not in text and "`python -m platform`, 20" in text
    assert text.endswith("<!-- /quick cpu -->\nafter\n")


def test_a_benchmark_that_fails_writes_nothing(tmp_path, monkeypatch, capsys):
    page = tmp_path / "page.md"
    page.write_text("<!-- bad cpu -->\nold\n<!-- /bad cpu -->\n")
    monkeypatch.setattr(benchmarks, "PAGE", page)
    monkeypatch.setattr(benchmarks.torch.cuda, "is_available", lambda: False)
    bad = ("this_module_is_missing", ("cpu",))
    monkeypatch.setattr(benchmarks, "BENCHMARKS", {"bad": bad})
    assert benchmarks.main(["bad"]) == 1
    assert "old" in page.read_text("utf-8")


def test_an_unknown_benchmark_is_refused(capsys):
    with pytest.raises(SystemExit):
        benchmarks.main(["speed"])
    assert "invalid choice" in capsys.readouterr().err
