"""What all tests stand on: an environment that says nothing of colours or of where on Earth this is."""

from __future__ import annotations

import os
import time

# Textual reads these when it is imported, which test modules do after this file.
for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "COLORTERM"):
    os.environ.pop(name, None)

os.environ["TZ"] = "UTC"
time.tzset()
