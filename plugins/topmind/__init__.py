"""topmind keeps a business top of mind with its customers.

Words, promises and the way of the data: `content/pages/docs/design.md` of the sample site.
"""

__version__ = "0.1.0"
