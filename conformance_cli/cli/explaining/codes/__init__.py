"""What the code of every error message means: ``error[code]: ...``.

A test reads the whole source for codes and fails where one has no explanation here, or
where one is explained that nothing uses.
"""

from __future__ import annotations

from conformance_cli.cli.explaining.codes.authors import AUTHORS
from conformance_cli.cli.explaining.codes.files import FILES
from conformance_cli.cli.explaining.codes.network import NETWORK
from conformance_cli.cli.explaining.codes.packages import PACKAGES
from conformance_cli.cli.explaining.codes.packs import PACKS
from conformance_cli.cli.explaining.codes.runs import RUNS
from conformance_cli.cli.explaining.codes.usage import USAGE
from conformance_cli.cli.explaining.codes.validation import VALIDATION
from conformance_cli.cli.explaining.words import Explanation

TABLES = (USAGE, RUNS, NETWORK, FILES, AUTHORS, PACKS, PACKAGES, VALIDATION)

CODES: dict[str, Explanation] = {
    code: explanation for table in TABLES for code, explanation in table.items()
}
