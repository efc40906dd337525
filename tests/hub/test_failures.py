"""What a reader meets when the Hub refuses or goes away, in one sentence each."""

import re
import threading
import time

import pytest
from huggingface_hub import hf_hub_download, snapshot_download

from helpers.runtime import require_repositories
from tools.notebooks import NotebookError
from tools.run import execute

MODEL = {"config.json": b"{}", "model.safetensors": b"weights"}


@pytest.fixture
def reader(hub, monkeypatch, tmp_path):
    """Points this process's client, which has read its environment, to an empty Hub."""
    url = f"{hub.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    for name, value in {
        "ENDPOINT": hub.url,
        "HUGGINGFACE_CO_URL_TEMPLATE": url,
        "HF_HUB_CACHE": str(tmp_path),
        "HF_TOKEN_PATH": str(tmp_path / "token"),
    }.items():
        monkeypatch.setattr(f"huggingface_hub.constants.{name}", value)
    monkeypatch.setenv("HF_TOKEN", "hf_reader")
    return monkeypatch


def test_what_can_be_had_passes(hub, reader):
    hub.add("model", "someone/model", MODEL)
    hub.add("dataset", "someone/data", {}, branch="refs/convert/parquet")
    hub.add("model", "reader/own", MODEL, private=True, gated=True)
    branch = "refs/convert/parquet"
    require_repositories(model="someone/model", dataset="someone/data", revision=branch)
    require_repositories(model="reader/own")


@pytest.mark.parametrize(
    "options, says",
    [
        ({"model": "someone/model", "options": {"gated": True}}, "is gated: accept"),
        ({"model": "someone/model", "token": "hf_old"}, "answered 401 .* log in again"),
        ({"model": "no/such"}, "has no model named 'no/such' .* check the spelling"),
        ({"model": "someone/model", "options": {"private": True}}, "if it is private"),
        (
            {"model": "someone/model", "token": "", "options": {"private": True}},
            "log in",
        ),
        (
            {"dataset": "someone/data", "revision": "gone"},
            "no revision 'gone' any more",
        ),
        ({"model": "someone/model", "status": 429}, "answered 429 .* wait a minute"),
        ({"model": "someone/model", "status": 503}, "answered 503 .* wait a minute"),
        ({"model": "someone/model", "status": 403}, "answered 403 .* check the token"),
    ],
)
def test_what_the_hub_refuses(hub, reader, options, says):
    options = {"options": {}, "token": "hf_reader", "status": None} | options
    hub.add("model", "someone/model", MODEL, **options.pop("options"))
    hub.add("dataset", "someone/data", {})
    hub.status = options.pop("status")
    reader.setenv("HF_TOKEN", options.pop("token"))
    with pytest.raises(RuntimeError, match=says) as caught:
        require_repositories(**options)
    assert "\n" not in str(caught.value)


def test_what_is_cached_needs_no_hub(hub, reader, tmp_path):
    hub.add("model", "someone/model", MODEL)
    snapshot_download("someone/model", endpoint=hub.url, cache_dir=tmp_path)
    hub.status = 429
    require_repositories(model="someone/model")
    hub.stop()
    require_repositories(model="someone/model")
    with pytest.raises(RuntimeError, match="not in the local cache and the Hub cannot"):
        require_repositories(model="someone/other")


def test_a_broken_download_resumes(hub, tmp_path):
    """The Hub goes down in the middle of a file: only the rest is fetched after it."""
    content = bytes(range(256)) * 60_000  # 15 MB: the client keeps pieces of 10 MiB
    hub.add("model", "someone/model", {"model.safetensors": content})
    hub.cut_after = 12_000_000

    def go_down():
        deadline = time.monotonic() + 60
        while hub.cut_after is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.3)  # what was sent arrives
        hub.stop()
        time.sleep(1.5)  # the client asks again after a second
        hub.start()

    outage = threading.Thread(target=go_down, daemon=True)
    outage.start()
    options = {"endpoint": hub.url, "cache_dir": tmp_path}
    path = hf_hub_download("someone/model", "model.safetensors", **options)
    outage.join()
    with open(path, "rb") as file:
        assert file.read() == content
    gets = [request for request in hub.requests if request.method == "GET"]
    ranges = [request.headers.get("range") for request in gets]
    assert len(ranges) == 2 and ranges[0] is None
    assert int(re.fullmatch(r"bytes=(\d+)-", ranges[1])[1]) >= 10_000_000


def test_after_a_failure_only_the_rest_is_fetched(hub, tmp_path):
    """Two files, and a failure between them: run again, the first is in the cache."""
    hub.add("model", "someone/model", MODEL)
    options = {"endpoint": hub.url, "cache_dir": tmp_path}
    hf_hub_download("someone/model", "config.json", **options)
    hub.status = 403
    with pytest.raises(OSError):
        hf_hub_download("someone/model", "model.safetensors", **options)
    hub.status = None
    hub.requests.clear()
    snapshot_download("someone/model", **options)
    gets = [request.url.path for request in hub.requests if request.method == "GET"]
    fetched = [path.rpartition("/")[2] for path in gets if "/resolve/" in path]
    assert fetched == ["model.safetensors"]


def test_a_notebook_ends_in_the_sentence(hub, as_reader, tmp_path):
    """Through the runner: the cell, the sentence, and nothing of the libraries."""
    as_reader(hub)
    settings = {"profile": "full", "output_dir": str(tmp_path / "outputs")}
    says = "has no model named 'distilbert/.*check the spelling"
    with pytest.raises(NotebookError, match=says):
        execute("ch2_tokenizers_models", settings, tmp_path)
