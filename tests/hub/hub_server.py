"""The part of the Hub's HTTP API that the notebooks' libraries use, on this machine.

The routes answer as the Hub does: status, ``X-Error-Code`` and ``X-Repo-Commit``.
Nothing here offers Xet transfers, so downloads are plain HTTP; uploads go to large
file storage where the client has ``HF_HUB_DISABLE_XET=1``.

Documented at https://huggingface.co/docs/hub/api; for the rest, the sources of the
``huggingface_hub`` client say what it expects.
"""

import base64
import functools
import json
import threading
from pathlib import Path
from urllib.parse import parse_qs, unquote

import uvicorn
from hub_storage import Blob, BlobStore, Repository, is_large
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route


def refuse(status: int, code: str, message: str, commit: str = "") -> HTTPException:
    """The Hub's way to say no: a status, and in the headers a code and a sentence."""
    headers = {"X-Error-Code": code, "X-Error-Message": message}
    if commit:
        headers["X-Repo-Commit"] = commit
    return HTTPException(status, message, headers)


class CutOff(Response):
    """A file whose connection breaks after ``hub.cut_after`` bytes, and only once."""

    def __init__(self, whole: FileResponse, hub: "Hub"):
        super().__init__()
        self.whole, self.hub = whole, hub

    async def __call__(self, scope, receive, send):
        left = self.hub.cut_after

        async def send_some(message):
            nonlocal left
            body = message.get("body", b"")
            if len(body) > left:
                await send(message | {"body": body[:left], "more_body": True})
                self.hub.cut_after = None
                raise ConnectionError("the server goes down here, as a test asked")
            left -= len(body)
            await send(message)

        await self.whole(scope, receive, send_some)


class Hub:
    """A Hub on 127.0.0.1: ``start`` and ``stop`` it, and read what it was asked.

    Args:
        folder: where file contents are kept.
        users: user names by token.
    """

    def __init__(self, folder: Path, users: dict[str, str]):
        self.users = users
        self.store = BlobStore(folder)
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.requests: list[Request] = []
        self.status: int | None = None  # answer every request with this
        self.cut_after: int | None = None  # break the next download after these bytes
        self.port = 0

    @property
    def url(self) -> str:
        """The endpoint: what ``HF_ENDPOINT`` is set to."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serves in a thread; again on the same port after :meth:`stop`."""
        config = uvicorn.Config(
            self, host="127.0.0.1", port=self.port, lifespan="off", log_level="critical"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            self.thread.join(0.01)
            if not self.thread.is_alive():
                raise RuntimeError(f"the test Hub cannot listen on port {self.port}")
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Closes the port and every connection."""
        self.server.should_exit = self.server.force_exit = True
        self.thread.join()

    def add(
        self, kind: str, name: str, files: dict[str, bytes], branch="main", **options
    ) -> Repository:
        """Makes a repository, or another branch of one, that holds these files."""
        new = Repository(kind, name, **options)
        repository = self.repositories.setdefault((kind, name), new)
        blobs = {path: self.store.put(content) for path, content in files.items()}
        repository.commit(blobs, "Initial commit", branch)
        return repository

    @functools.cached_property
    def routes(self) -> Starlette:
        """Which method answers which path."""
        info, name = "/api/{kind}s/{owner}/{name}", "/{owner}/{name}"
        large, resolve = ".git/info/lfs", "/resolve/{revision}/{path:path}"
        routes = [
            Route("/api/whoami-v2", self.whoami),
            Route("/api/validate-yaml", self.validate_card, methods=["POST"]),
            Route("/api/repos/create", self.create, methods=["POST"]),
            Route(info, self.info),
            Route(info + "/auth-check", self.check_access),
            Route(info + "/revision/{revision}", self.info),
            Route(info + "/tree/{revision}", self.tree),
            Route(info + "/tree/{revision}/{path:path}", self.tree),
            Route(info + "/paths-info/{revision}", self.paths, methods=["POST"]),
            Route(info + "/preupload/{revision}", self.preupload, methods=["POST"]),
            Route(info + "/commit/{revision}", self.commit, methods=["POST"]),
            Route(name + large + "/objects/batch", self.batch, methods=["POST"]),
            Route("/storage/{sha256}", self.receive, methods=["PUT"]),
            Route("/storage/{sha256}/verify", self.verify, methods=["POST"]),
            Route("/datasets" + name + resolve, self.resolve),
            Route(name + resolve, self.resolve),
        ]
        return Starlette(routes=routes, exception_handlers={HTTPException: on_refusal})

    async def __call__(self, scope, receive, send) -> None:
        """Logs a request and answers it, or fails it if told so."""
        self.requests.append(Request(scope))
        answer = self.routes
        if self.status is not None:
            answer = JSONResponse({"error": "as told"}, self.status)
        # Matched as sent, not decoded: %2F in a revision is not the end of it.
        scope["path"] = scope["raw_path"].decode()
        await answer(scope, receive, send)

    # Who asks, and for what.
    def user(self, request: Request) -> str | None:
        """The user of the request's token; ``None`` without one."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.users:
            message = "Invalid credentials in Authorization header"
            raise refuse(401, "", message)
        return self.users.get(token)

    def repository(self, request: Request, *, write: bool = False) -> Repository:
        """The repository of the path, if the user may see it, or write to it."""
        elsewhere = "dataset" if request.url.path.startswith("/datasets/") else "model"
        kind = part(request, "kind", elsewhere)
        name = f"{part(request, 'owner')}/{part(request, 'name')}"
        user = self.user(request)
        found = self.repositories.get((kind, name))
        if found is None or (found.private and user != found.owner):
            status = 404 if user else 401
            raise refuse(status, "RepoNotFound", "Repository not found")
        if write and user != found.owner:
            raise refuse(403, "", "you have no right to write here")
        return found

    def files(self, request: Request) -> tuple[str, dict[str, Blob]]:
        """The commit of the request's revision, and its files."""
        repository = self.repository(request)
        revision = part(request, "revision", "main")
        sha = repository.resolve(revision)
        if sha is None:
            message = f"Invalid rev id: {revision}"
            raise refuse(404, "RevisionNotFound", message)
        return sha, repository.commits[sha]

    def require_terms(self, request: Request) -> None:
        """Refuses a gated repository's content to all but its owner."""
        repository, user = self.repository(request), self.user(request)
        if repository.gated and user != repository.owner:
            message = f"Access to model {repository.name} is restricted."
            raise refuse(403 if user else 401, "GatedRepo", message)

    # Reading.
    def whoami(self, request: Request) -> Response:
        """The name behind the token."""
        user = self.user(request)
        if user is None:
            raise refuse(401, "", "Invalid username or password.")
        return JSONResponse({"type": "user", "name": user, "orgs": []})

    def info(self, request: Request) -> Response:
        """Model or data set info at a revision; public also where gated."""
        repository, (sha, files) = self.repository(request), self.files(request)
        facts = {
            "id": repository.name,
            "sha": sha,
            "private": repository.private,
            "gated": "manual" if repository.gated else False,
            "tags": [],
            "siblings": [{"rfilename": path} for path in sorted(files)],
        }
        return JSONResponse(facts)

    def check_access(self, request: Request) -> Response:
        """Nothing, where the user may read the files."""
        self.require_terms(request)
        return JSONResponse({})

    def tree(self, request: Request) -> Response:
        """The entries below a folder."""
        sha, files = self.files(request)
        folder = part(request, "path")
        prefix = f"{folder}/" if folder else ""
        inside = [path for path in sorted(files) if path.startswith(prefix)]
        if prefix and not inside:
            message = f"{folder} does not exist"
            raise refuse(404, "EntryNotFound", message, sha)
        entries = {}
        deep = request.query_params.get("recursive", "").lower() == "true"
        for path in inside:
            parts = path.removeprefix(prefix).split("/")
            for depth in range(1, len(parts) if deep else min(len(parts), 2)):
                parent = prefix + "/".join(parts[:depth])
                entries[parent] = describe(parent, None)
            if deep or len(parts) == 1:
                entries[path] = describe(path, files[path])
        return JSONResponse(list(entries.values()))

    async def paths(self, request: Request) -> Response:
        """The entries of the paths that are asked for, as far as they exist."""
        _, files = self.files(request)
        asked = parse_qs((await request.body()).decode()).get("paths", [])
        entries = []
        for path in asked:
            if path in files:
                entries.append(describe(path, files[path]))
            elif any(other.startswith(f"{path}/") for other in files):
                entries.append(describe(path, None))
        return JSONResponse(entries)

    def resolve(self, request: Request) -> Response:
        """A file, or a part of it."""
        sha, files = self.files(request)
        self.require_terms(request)
        path = part(request, "path")
        if path not in files:
            message = f"{path} does not exist"
            raise refuse(404, "EntryNotFound", message, sha)
        blob = files[path]
        headers = {"X-Repo-Commit": sha, "ETag": f'"{blob.oid}"'}
        if is_large(path):
            headers |= {"ETag": f'"{blob.sha256}"', "X-Linked-Size": str(blob.size)}
            headers["X-Linked-ETag"] = headers["ETag"]
        response = FileResponse(blob.file, headers=headers)
        if self.cut_after is not None and request.method == "GET":
            return CutOff(response, self)
        return response

    # Writing.
    async def validate_card(self, request: Request) -> Response:
        """No complaint about a model card that begins with metadata."""
        card = (await request.json())["content"]
        errors = [] if card.startswith("---") else [{"message": "no metadata"}]
        return JSONResponse({"errors": errors}, 400 if errors else 200)

    async def create(self, request: Request) -> Response:
        """A new empty repository; 409 if there is one of the name."""
        user, wanted = self.user(request), await request.json()
        if user is None:
            raise refuse(401, "", "Invalid username or password.")
        kind = wanted.get("type") or "model"
        name = f"{wanted.get('organization') or user}/{wanted['name']}"
        url = f"{self.url}/{'datasets/' if kind == 'dataset' else ''}{name}"
        if (kind, name) in self.repositories:
            return JSONResponse({"url": url, "error": "it exists"}, 409)
        private = wanted.get("visibility") == "private" or wanted.get("private", False)
        self.add(kind, name, {".gitattributes": b""}, private=private)
        return JSONResponse({"url": url, "name": name})

    async def preupload(self, request: Request) -> Response:
        """How each file is to be sent: within the commit, or to file storage."""
        self.repository(request, write=True)
        _, files = self.files(request)
        answers = []
        for file in (await request.json())["files"]:
            path = file["path"]
            mode = "lfs" if is_large(path) else "regular"
            answer = {"path": path, "uploadMode": mode, "shouldIgnore": False}
            if path in files:
                answer["oid"] = files[path].sha256 if mode == "lfs" else files[path].oid
            answers.append(answer)
        return JSONResponse({"files": answers})

    async def batch(self, request: Request) -> Response:
        """Where to put the large files that are not here yet."""
        self.repository(request, write=True)
        objects = []
        for wanted in (await request.json())["objects"]:
            answer = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in self.store.blobs:
                place = f"{self.url}/storage/{wanted['oid']}"
                answer["actions"] = {
                    "upload": {"href": place},
                    "verify": {"href": f"{place}/verify"},
                }
            objects.append(answer)
        return JSONResponse({"transfer": "basic", "objects": objects})

    async def receive(self, request: Request) -> Response:
        """Keeps a large file whose content has the name that it is sent under."""
        blob = self.store.put(await request.body())
        if blob.sha256 != part(request, "sha256"):
            raise refuse(400, "", "the content does not have this SHA-256")
        return Response()

    async def verify(self, request: Request) -> Response:
        """Nothing, if the large file is here in full."""
        blob = self.store.blobs.get(part(request, "sha256"))
        if blob is None or blob.size != (await request.json())["size"]:
            raise refuse(404, "", "this file has not been uploaded")
        return Response()

    async def commit(self, request: Request) -> Response:
        """Adds and deletes files on a branch, as lines of JSON say."""
        repository = self.repository(request, write=True)
        _, files = self.files(request)
        files, message = dict(files), ""
        for line in (await request.body()).splitlines():
            item = json.loads(line)
            key, value = item["key"], item["value"]
            if key == "header":
                message = value["summary"]
            elif key == "file":
                content = base64.b64decode(value["content"])
                files[value["path"]] = self.store.put(content)
            elif key == "lfsFile" and value["oid"] in self.store.blobs:
                files[value["path"]] = self.store.blobs[value["oid"]]
            else:
                raise refuse(400, "", f"cannot commit {key} {value.get('path')}")
        sha = repository.commit(files, message, part(request, "revision"))
        url = f"{self.url}/{repository.name}/commit/{sha}"
        return JSONResponse({"commitUrl": url, "commitOid": sha})


def part(request: Request, name: str, default: str = "") -> str:
    """A named part of the request's path, decoded."""
    return unquote(request.path_params.get(name, default))


def describe(path: str, blob: Blob | None) -> dict:
    """An entry of a tree: a file, or without a blob a folder."""
    if blob is None:
        return {"type": "directory", "path": path, "oid": "0" * 40, "size": 0}
    entry = {"type": "file", "path": path, "oid": blob.oid, "size": blob.size}
    if is_large(path):
        entry["lfs"] = {"oid": blob.sha256, "size": blob.size, "pointerSize": 130}
    return entry


def on_refusal(request: Request, error: HTTPException) -> Response:
    """A refusal as JSON."""
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
