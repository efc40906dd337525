"""helpers.runtime: settings that cannot work are refused with one clear sentence."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from datasets import Dataset

from helpers import runtime


@pytest.mark.parametrize(
    "settings, says",
    [
        ({"profile": "tinny"}, "profile is 'tinny'; it must be one of 'tiny'"),
        ({"profile": None}, "profile is None"),
        ({"max_train_samples": 0}, "max_train_samples is 0; give a whole number"),
        ({"max_eval_samples": -3}, "max_eval_samples is -3"),
        ({"max_train_samples": "10"}, "max_train_samples is '10'"),
        ({"max_train_samples": True}, "max_train_samples is True"),
        ({"num_train_epochs": 0.5}, "num_train_epochs is 0.5"),
    ],
)
def test_settings_that_cannot_work(settings, says):
    with pytest.raises(ValueError, match=says):
        runtime.check_settings(**{"profile": "tiny"} | settings)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA GPU")
def test_full_without_cuda(monkeypatch):
    monkeypatch.delenv("COMPANION_ALLOW_CPU", raising=False)
    with pytest.raises(RuntimeError, match="needs a CUDA GPU.*Change runtime type"):
        runtime.check_settings("full")
    runtime.check_settings("full", needs_gpu=False)
    monkeypatch.setenv("COMPANION_ALLOW_CPU", "1")
    runtime.check_settings("full")


def test_precision_is_one_that_accelerate_knows():
    from accelerate.utils import PrecisionType

    assert runtime.mixed_precision() in PrecisionType.list()
    if not torch.cuda.is_available():
        assert runtime.mixed_precision() == "no"


def test_take_rows():
    data = Dataset.from_dict({"x": [0, 1, 2]})
    assert runtime.take_rows(data, None, "max_train_samples") is data
    assert runtime.take_rows(data, 2, "max_train_samples")["x"][:] == [0, 1]
    for count in (0, 4):
        with pytest.raises(ValueError, match=f"max_train_samples is {count}, but"):
            runtime.take_rows(data, count, "max_train_samples")
    with pytest.raises(ValueError, match="no rows"):
        runtime.take_rows(data.select([]), None, "max_eval_samples")


def test_a_local_folder_needs_no_hub(tmp_path):
    runtime.require_repositories(model=str(tmp_path), dataset=str(tmp_path))


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A server on this machine that answers every request as told, and no cache."""
    told = {"status": 200, "headers": {}}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(told["status"])
            for name, value in told["headers"].items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", endpoint)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    yield told
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "status, headers, says",
    [
        (404, {"X-Error-Code": "RepoNotFound"}, "has no model named 'no/such'"),
        (403, {"X-Error-Code": "GatedRepo"}, "is gated: accept its terms"),
        (429, {}, "answered 429 .* wait a minute"),
        (403, {}, "answered 403 .* check the token"),
    ],
)
def test_what_the_hub_refuses(hub, status, headers, says):
    hub.update(status=status, headers=headers)
    with pytest.raises(RuntimeError, match=says):
        runtime.require_repositories(model="no/such")


def test_no_network_and_no_cache(hub, monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(RuntimeError, match="not in the local cache and the Hub"):
        runtime.require_repositories(dataset="nyu-mll/glue")
    (tmp_path / "datasets--nyu-mll--glue" / "snapshots" / "abc").mkdir(parents=True)
    runtime.require_repositories(dataset="nyu-mll/glue")


def test_results_say_whether_the_margin_is_reached(tmp_path):
    options = {"metric": "accuracy (%)", "baseline": 65.0, "margin": 10}
    assert runtime.save_result(tmp_path, value=75.0, **options)["learned"]
    assert not runtime.save_result(tmp_path, value=74.9, **options)["learned"]
    assert (tmp_path / "results.json").is_file()
    options = {"metric": "perplexity", "margin": 15, "lower_is_better": True}
    good = runtime.save_result(tmp_path, value=10, baseline=150, **options)
    assert good["learned"]
    assert not runtime.save_result(tmp_path, value=11, baseline=150, **options)[
        "learned"
    ]
