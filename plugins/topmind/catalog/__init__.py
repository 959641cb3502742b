"""Files that people write → `Catalog` and all problems at once.

front_matter → schemas (with dates, phrases, fields) → scanner and merge_tags → load; blocks and text turn a
body into what one group of readers sees. Nothing here publishes, plans or sends.
"""

from topmind.catalog.load import Loaded, load

__all__ = ["Loaded", "load"]
