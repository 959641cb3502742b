"""`make traps`: takes each remedy of `body_mutations` out of a copy of the package and runs its test, which must fail."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from body_mutations import BODIES
from mutant_runner import a_runner
from mutation import Mutation

PACKAGE = Path(__file__).parents[1] / "plugins" / "topmind"
GREEN, RED = 0, 1


def main(words: list[str]) -> int:
    """Play those whose trap has one of these words; all without any."""
    chosen = [m for m in BODIES if not words or any(word in m.guard for word in words)]
    silent: list[Mutation] = []
    with tempfile.TemporaryDirectory() as folder, a_runner(Path(folder)) as runner:
        package = Path(folder)
        shutil.copytree(PACKAGE, package / "topmind")
        whole = runner.run(package, dict.fromkeys(m.test for m in chosen))
        if whole.code != GREEN:
            print(whole.out)
            return 1
        for one in chosen:
            file = package / "topmind" / one.file
            text = file.read_text("utf-8")
            file.write_text(text.replace(one.old, one.new), "utf-8")
            code = runner.run(package, [one.test]).code
            file.write_text(text, "utf-8")
            print(f"  {'red' if code == RED else 'SILENT':8} {one.guard}", flush=True)
            silent += [one] if code != RED else []
    print(f"{len(chosen) - len(silent)} of {len(chosen)} remedies have a test that turns red without them")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
