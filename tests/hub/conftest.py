"""Fixtures: a Hub on this machine, empty or with the course's repositories."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from hub_course import add_course
from hub_server import Hub

TOKENS = {"hf_reader": "reader", "hf_stranger": "stranger"}


@pytest.fixture(autouse=True)
def online(monkeypatch):
    """This process's own client may have been told to stay offline."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)


@contextmanager
def serving(folder: Path):
    """A Hub that runs for the length of a ``with`` block."""
    hub = Hub(folder, TOKENS)
    hub.start()
    try:
        yield hub
    finally:
        hub.stop()


@pytest.fixture
def hub(tmp_path_factory):
    """A Hub without repositories."""
    with serving(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture(scope="session")
def course_hub(tmp_path_factory):
    """A Hub with the course's repositories."""
    with serving(tmp_path_factory.mktemp("course_hub")) as hub:
        add_course(hub)
        yield hub


@pytest.fixture
def as_reader(monkeypatch, tmp_path):
    """Sets what a notebook's process sees of a Hub: endpoint, token, empty caches.

    Xet is off because `huggingface_hub` 2 uploads through it without asking the
    server; with it off the client uses large file storage over HTTP.
    """

    def use(hub: Hub) -> None:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf_home"))
        monkeypatch.setenv("HF_TOKEN", "hf_reader")
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
        monkeypatch.setenv("COMPANION_ALLOW_CPU", "1")
        inherited = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_CACHE")
        # The notebook itself has to set the last one.
        for name in (*inherited, "DISABLE_SAFETENSORS_CONVERSION"):
            monkeypatch.delenv(name, raising=False)

    return use
