"""Imports run one way: the contracts of pyproject.toml, one test each."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["id"])
def test_imports_run_one_way(contract: dict[str, str]) -> None:
    found = subprocess.run(
        [
            str(Path(sys.executable).with_name("lint-imports")),
            "--no-logo",
            "--no-cache",
            "--contract",
            contract["id"],
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, f"{contract['name']}\n{found.stdout}{found.stderr}"


def test_every_chapter_stands_in_the_contracts() -> None:
    chapters = {
        path.parent.name
        for path in (ROOT / "app").glob("*/rules.py")
        if path.parent.name not in {"security", "notify"}
    }
    named = {
        container
        for contract in CONTRACTS
        if contract["id"] == "storeys"
        for container in contract["containers"]
    }
    assert {f"app.{chapter}" for chapter in chapters} == named
