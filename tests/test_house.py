"""The figures of a tiny tree, counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import house
from benchmarks.house import House, cycles, longest_chain

# Folders: stamkund → serving → training → features.a ⇄ features.b → features.c; features.d is imported by none.
TREE = {
    "stamkund.py": "def run():\n    from serving import answer\n",
    "serving/__init__.py": "from serving.answers import reply as answer\n",
    "serving/answers.py": "import training.model\nfrom . import helper\n\ndef reply(): ...\n",
    "serving/helper.py": "",
    "training/__init__.py": "",
    "training/model.py": "import numpy\nfrom features import Plan\nfrom serving import helper\n",
    "features/__init__.py": "from features.a.plan import Plan\nfrom features.d.alone import Alone\n",
    "features/a/__init__.py": "",
    "features/a/plan.py": "from features.b import table\nfrom features.a import other\n",
    "features/a/other.py": "",
    "features/b/table.py": "from ..a import plan\nfrom features.c import LIMIT\n",
    "features/c/__init__.py": "LIMIT = 1\n",
    "features/d/alone.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from features.c import LIMIT\n",
}


def test_chains_cycles_and_upward_imports_are_those_counted_by_hand(tmp_path: Path) -> None:
    read = written(tmp_path, TREE)
    assert longest_chain(read.folders("features")) == ["features.a", "features.b", "features.c"]
    assert read.folders("features")["features.b"] == {"features.a", "features.c"}
    assert read.folders("features")["features.a"] == {"features.b"}
    # With the import upward, serving ⇄ training is a cycle too.
    assert longest_chain(read.folders()) == [
        "stamkund",
        "serving",
        "training",
        "features.a",
        "features.b",
        "features.c",
    ]
    assert cycles(read.folders()) == [("features.a", "features.b"), ("serving", "training")]
    assert list(read.upward()) == [("training.model", "serving.helper")]


def test_the_last_line_is_one_json_object_of_the_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, TREE)
    house.main(["--root", str(tmp_path)])
    *people, last = capsys.readouterr().out.splitlines()
    assert json.loads(last) == {
        "depth_features": 3, "depth": 6, "cycles": 2, "upward_imports": 1, "packages_over_12_modules": 0,
        "modules_over_150": 0, "longest_module": 4,
    }  # fmt: skip
    assert "  features.a ⇄ features.b" in people
    assert "  training.model → serving.helper" in people


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("def f():\n    import features.one", {"features.one"}),
        ("from features import two", {"features.two"}),  # a submodule goes before a name passed on
        ("from features import Deep", {"features.sub.deep"}),  # through two __init__
        ("from features import OWN", {"features"}),
        ("from features.one import two", {"features.one"}),
        ("import features.one as x, json", {"features.one"}),
        ("from .one import f\nfrom . import two", {"features.one", "features.two"}),
        ("from features.sub import deep", {"features.sub.deep"}),
        ("if TYPE_CHECKING:\n    from features import one\nelse:\n    from features import two", {"features.two"}),
        ("try:\n    import typing\nexcept ImportError:\n    from features import one", {"features.one"}),
        ("import pandas\nfrom featurestore import one", set()),
        ("from features.user import f", set()),  # itself
    ],
)
def test_an_import_counts_as_one_of_the_module_where_the_name_is_defined(
    tmp_path: Path, text: str, imports: set[str]
) -> None:
    tree = {
        "features/__init__.py": "from features.one import two\nfrom features.sub import Deep\nOWN = 1",
        "features/one.py": "two = 2",
        "features/two.py": "",
        "features/sub/__init__.py": "from .deep import Deeper, Deep",
        "features/sub/deep.py": "class Deep: ...\nclass Deeper: ...",
        "features/user.py": text,
    }
    assert written(tmp_path, tree).imports["features.user"] == imports


def test_an_init_imports_what_it_uses_itself_and_not_what_it_passes_on(tmp_path: Path) -> None:
    init = "from training.a import A\nfrom training.b import B\n__all__ = ['A', 'B']\nNAMES = [B]"
    tree = {"training/__init__.py": init, "training/a.py": "A = 1", "training/b.py": "B = 1"}
    assert written(tmp_path, tree).imports["training"] == {"training.b"}


def test_the_parts_of_one_level_do_not_know_each_other(tmp_path: Path) -> None:
    tree = {
        "training/a.py": "import insights.b",
        "insights/b.py": "import features.c",
        "features/c.py": "import stamkund",
    }
    read = written(tmp_path, {**tree, "stamkund.py": ""})
    assert list(read.upward()) == [("features.c", "stamkund"), ("training.a", "insights.b")]


def test_thirteen_modules_are_too_many_and_so_are_151_lines(tmp_path: Path) -> None:
    twelve = {f"features/m{i}.py": "" for i in range(12)}
    tree = {"features/__init__.py": "", **twelve, "features/m0.py": "x = 1\n" * 150}
    assert (written(tmp_path, tree).wide(), written(tmp_path, tree).long()) == ({}, {})
    more = written(tmp_path, {"features/m12.py": "", "features/m0.py": "x = 1\n" * 151})
    assert (more.wide(), more.long()) == ({"features": 13}, {"features.m0": 151})


def test_a_cycle_counts_with_all_its_folders_and_the_longest_way_is_taken() -> None:
    # a → (b → c → d → b) → e is five folders; a → f → e is three.
    graph = {"a": {"b", "f"}, "b": {"c"}, "c": {"d"}, "d": {"b", "e"}, "e": set[str](), "f": {"e"}}
    assert longest_chain(graph) == ["a", "b", "c", "d", "e"]
    assert cycles(graph) == [("b", "c", "d")]


def written(root: Path, tree: dict[str, str]) -> House:
    for name, text in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return House.read(root)
