"""The local Hub answers the real client as the Hub does."""

import pytest
from huggingface_hub import HfApi, HfFileSystem, hf_hub_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

FILES = {"README.md": b"---\n---\n", "en/train.parquet": b"PAR1" * 100}


@pytest.fixture
def api(hub):
    hub.add("dataset", "someone/data", FILES)
    hub.add("dataset", "someone/data", {"x.json": b"{}"}, branch="refs/convert/parquet")
    return HfApi(hub.url, token="hf_reader")


def test_info_and_tree(api):
    info = api.dataset_info("someone/data")
    assert [file.rfilename for file in info.siblings] == sorted(FILES)
    tree = api.list_repo_tree("someone/data", repo_type="dataset")
    assert [entry.path for entry in tree] == ["README.md", "en"]
    tree = api.list_repo_tree("someone/data", recursive=True, repo_type="dataset")
    assert [entry.path for entry in tree] == ["README.md", "en", "en/train.parquet"]
    [entry] = api.get_paths_info("someone/data", ["x"] + ["en"], repo_type="dataset")
    assert entry.path == "en"
    converted = api.dataset_info("someone/data", revision="refs/convert/parquet")
    assert converted.sha != info.sha
    assert converted.siblings[0].rfilename == "x.json"


def test_download(hub, api, tmp_path):
    where = {"repo_type": "dataset", "endpoint": hub.url, "cache_dir": tmp_path}
    path = hf_hub_download("someone/data", "en/train.parquet", **where)
    with open(path, "rb") as file:
        assert file.read() == FILES["en/train.parquet"]
    assert api.dataset_info("someone/data").sha in path
    asked = len(hub.requests)
    hf_hub_download("someone/data", "en/train.parquet", **where)
    assert [request.method for request in hub.requests[asked:]] == ["HEAD"]
    with pytest.raises(EntryNotFoundError):
        hf_hub_download("someone/data", "no.txt", **where)
    with pytest.raises(RevisionNotFoundError):
        hf_hub_download("someone/data", "README.md", revision="gone", **where)


def test_a_part_of_a_file(hub, api):
    file_system = HfFileSystem(endpoint=hub.url, token="hf_reader")
    with file_system.open("datasets/someone/data/en/train.parquet") as file:
        file.seek(398)
        assert file.read() == b"R1"


def test_upload(hub, api, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "README.md").write_bytes(FILES["README.md"])
    name = api.create_repo("mine", private=True).repo_id
    assert api.create_repo("mine", exist_ok=True).repo_id == name == "reader/mine"
    api.upload_folder(repo_id=name, folder_path=tmp_path, commit_message="First")
    assert hub.repositories["model", name].messages[-1] == "First"
    assert "model.safetensors" in api.list_repo_files(name)
    assert {request.url.path.split("/")[1] for request in hub.requests} >= {"storage"}
    # Private: nobody else sees it.
    for token in (False, "hf_stranger"):
        with pytest.raises(RepositoryNotFoundError):
            HfApi(hub.url, token=token).model_info(name)


def test_a_wrong_token(hub):
    """The token's owner is the Hub's to know; a wrong one is nobody's."""
    assert HfApi(hub.url, token="hf_reader").whoami()["name"] == "reader"
    with pytest.raises(OSError, match="[Ii]nvalid|401"):
        HfApi(hub.url, token="hf_old").whoami()
