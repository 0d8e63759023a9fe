"""A placement and resource-base planning model for children with special educational needs and disabilities."""

from __future__ import annotations

__version__ = "0.1.0"
