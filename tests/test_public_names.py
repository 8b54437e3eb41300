"""The public names of every package: none hides a module, and all are there, sorted and known to type checkers."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).parents[1]
TOPS = ("features", "training", "insights", "serving")
PACKAGES = [
    ".".join(file.parent.relative_to(CHECKOUT).parts)
    for top in TOPS
    for file in sorted((CHECKOUT / top).rglob("__init__.py"))
]


def modules_in(package: ModuleType) -> set[str]:
    """The names of the modules and packages in a package's folder."""
    folder = Path(package.__path__[0])
    return {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}


@pytest.mark.parametrize("name", PACKAGES)
def test_no_name_of_a_package_hides_a_module_in_it(name: str) -> None:
    package = importlib.import_module(name)
    for module in modules_in(package) & set(vars(package)):
        assert getattr(package, module) is importlib.import_module(f"{name}.{module}")


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_of_a_package_can_be_imported_and_they_are_sorted(name: str) -> None:
    package = importlib.import_module(name)
    public: list[str] = getattr(package, "__all__", [])
    imported = [each for each in vars(package) if not each.startswith("_") and each != "TYPE_CHECKING"]
    assert [attribute for attribute in public if not hasattr(package, attribute)] == []
    assert public == sorted(set(public), key=lambda each: (not each.isupper(), not each[0].isupper(), each))
    assert set(imported) - set(public) <= modules_in(package)
    assert (package.__doc__ or "").strip()


@pytest.mark.parametrize("top", TOPS)
def test_every_package_says_that_it_is_typed(top: str) -> None:
    assert (CHECKOUT / top / "py.typed").is_file()
