"""Run by azd before it provisions: refuses while the azd environment still holds a value under an old name.

Values of the azd environment bear the prefix CONNECTOR_ (docs/upgrade.md). One that is left under its old name would be
taken for "not given", and its setting would be emptied. Source: Microsoft Learn, "Customize your Azure Developer CLI
workflows using hooks": a hook runs where azure.yaml lies, with AZURE_ENV_NAME set. Border: reads one file.
"""
from __future__ import annotations

import os
import re
import sys
from pathlib import Path

PREFIX = "CONNECTOR_"
RENAMED = {"AWS_ACCESS_KEY_ID": "EVENT_QUEUE_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY": "EVENT_QUEUE_SECRET_ACCESS_KEY"}
"""Old names whose new one is not the same with the prefix."""


def still_old(parameters: str, environment: str) -> list[tuple[str, str]]:
    """(old name, new name) of what stands in an azd environment (.env) under its old name only."""
    new = {name.removeprefix(PREFIX): name for name in re.findall(rf"\$\{{({PREFIX}\w+)", parameters)}
    new |= {old: PREFIX + name for old, name in RENAMED.items()}
    given = {name for name, value in re.findall(r"^(\w+)=(.*)$", environment, re.MULTILINE) if value.strip(" \"'")}
    return [(old, name) for old, name in sorted(new.items()) if old in given and name not in given]


def main() -> int:
    """Exit code: 1 if something has to be renamed first."""
    values = Path(".azure", os.environ.get("AZURE_ENV_NAME", ""), ".env")
    parameters = (Path(__file__).parent / "main.parameters.json").read_text(encoding="utf-8")
    # azd writes UTF-8, whatever the machine's own encoding is.
    wrong = still_old(parameters, values.read_text(encoding="utf-8", errors="replace") if values.is_file() else "")
    for old, name in wrong:
        print(f"The azd environment holds {old}, which is called {name} now.")
    if wrong:
        print("Nothing was changed in Azure. What to do: docs/upgrade.md, What was renamed.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
