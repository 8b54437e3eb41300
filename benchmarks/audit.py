"""Whether vulnerabilities are known of the locked dependencies: ``python -m benchmarks.audit``.

It ends with 1 where there are some. Where the service that knows of them cannot be reached nothing was audited: that is
said, and passes, unless the environment variable STAMKUND_REQUIRE names ``audit``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

LOCK: Final = Path(__file__).parents[1] / "requirements.lock"
TIMEOUT: Final = 120  # seconds, after which a service that hangs is one that cannot be reached


class Audit(NamedTuple):
    """How many packages were looked up, and what is known of them: ``package version: id, mended in …``."""

    audited: int
    known: list[str]


def audit(lock: Path, *options: str) -> Audit | None:
    """What OSV knows of the packages of a lock; None where it did not answer for every one of them."""
    as_locked = ("--requirement", str(lock), "--no-deps", "--disable-pip")
    told_how = ("--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off", "--timeout", "10")
    command = [sys.executable, "-m", "pip_audit", *as_locked, *told_how, *options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT)  # noqa: S603
        told = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return outcome(told["dependencies"])


def outcome(dependencies: Sequence[Mapping[str, Any]]) -> Audit | None:
    """What pip-audit told of packages; None where it passed over some of them, which it counts as sound.

    >>> wine = {"name": "wine", "version": "1", "vulns": [{"id": "GHSA-1", "fix_versions": ["2"]}]}
    >>> outcome([wine])
    Audit(audited=1, known=['wine 1: GHSA-1, mended in 2'])
    >>> outcome([wine, {"name": "tea", "skip_reason": "Dependency not found"}]), outcome([])
    (None, None)
    """
    if not dependencies or any("skip_reason" in each for each in dependencies):
        return None
    known = [
        f"{each['name']} {each['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'no version'}"
        for each in dependencies
        for found in each["vulns"]
    ]
    return Audit(len(dependencies), known)


def main() -> int:
    """Tell people, and machines on the last line; the exit code."""
    found = audit(LOCK)
    required = "audit" in os.environ.get("STAMKUND_REQUIRE", "").split(",")
    if found is None:
        text = "Dependencies were NOT AUDITED: OSV (api.osv.dev), which knows of vulnerabilities, did not answer."
        print(text, file=sys.stderr)
    else:
        print("\n".join(found.known) or f"No vulnerability is known of {found.audited} packages.", file=sys.stderr)
    audited, known = (0, None) if found is None else (found.audited, len(found.known))
    print(json.dumps({"audited": audited, "known_vulnerabilities": known}))
    return int(required if found is None else bool(found.known))


if __name__ == "__main__":
    sys.exit(main())
