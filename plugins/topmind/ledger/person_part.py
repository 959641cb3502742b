"""The ledger's part for one person: all that is held of them."""

from __future__ import annotations

from typing import Protocol

from topmind.ledger.dossier_values import Dossier


class PersonPart(Protocol):
    """Part of `protocol.Ledger`."""

    def dossier(self, contact: str) -> Dossier | None:
        """Everything that is held of the person with this source id; None: nobody has it. On a person's machine only."""
        ...
