"""The site built once, served on a port of its own, and a browser to read it with."""

import functools
import http.server
import shutil
import subprocess
import sys
import threading

import pytest

from tools.notebooks import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site; a warning of the build is an error."""
    out = tmp_path_factory.mktemp("site") / "html"
    command = [sys.executable, "-m", "sphinx", "-E", "-W", "--keep-going", "-q"]
    build = subprocess.run(
        [*command, "-c", "docs", "-d", str(out.parent / "doctrees"), ".", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert build.returncode == 0, build.stderr
    return out


@pytest.fixture(scope="session")
def address(site):
    """Where the site is served, with a slash at the end."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    """A headless browser that the machine has; without one the test is skipped."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is on PATH")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A page of a fresh browser context; the clipboard may be read."""
    context = chromium.new_context(
        permissions=["clipboard-read", "clipboard-write"], color_scheme="light"
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()
