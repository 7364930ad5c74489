"""The example of docs/drivers.md, installed as another package would be, found by its entry point."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "example_driver"


@pytest.mark.slow
def test_the_example_is_found_and_conforms(tmp_path: Path) -> None:
    source = tmp_path / "source"  # building leaves files beside what it builds
    source.mkdir()
    for file in ("pyproject.toml", "lan_scanner.py", "lan_scanner_bench.py"):
        (source / file).write_bytes((EXAMPLE / file).read_bytes())
    installed = tmp_path / "installed"
    pip = (*(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"), "--no-index")
    subprocess.run(
        [*pip, "--no-build-isolation", "--target", str(installed), str(source)], check=True
    )
    conformance = subprocess.run(
        [sys.executable, "-m", "lobbypay", "device", "conformance", "lan_scanner"],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{installed}"},
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert conformance.returncode == 0, conformance.stdout + conformance.stderr
    assert "FAILS" not in conformance.stdout
    assert conformance.stdout.count("holds") >= 15


def test_the_page_shows_the_example_as_it_is() -> None:
    page = (ROOT / "docs" / "drivers.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    example = (EXAMPLE / "lan_scanner.py").read_text(encoding="utf-8")
    assert code == example[example.index("def create") :]
    assert len(page.splitlines()) <= 100 + len(code.splitlines())
