"""tools.train_124m: the trial comes to its end, and its record says what it learned."""

import json

import pytest

from tools import train_124m


@pytest.mark.slow
def test_the_trial_ends_with_a_record(tmp_path, capsys):
    status = train_124m.main(["--trial", "--minutes", "0.5", "--out", str(tmp_path)])
    assert status == 0
    record = json.loads((tmp_path / "record.json").read_text("utf-8"))
    assert record["perplexity after"] < record["perplexity before"] / 2
    assert len(record["completions"]) == 4
    assert 0 < record["share of the matrix rate"] < 1
    assert "</svg>" in (tmp_path / "losses.svg").read_text("utf-8")
    assert "tokens/s" in capsys.readouterr().out


def test_without_a_gpu_it_says_what_to_do(capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert train_124m.main([]) == 2
    assert "--trial runs anywhere" in capsys.readouterr().err
