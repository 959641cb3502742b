"""Files that people write → `Catalog` and all problems at once; bodies → block trees.

    front_matter, values      keys with lines, values as they were written
    schemas, fields, words, phrases, dates     what each kind of file may say, and how it is read
    scanner, fences, code, merge_tags, filters     the body's blocks and merge tags
    documents                 one file: front matter by its schema, body scanned
    items, announcements, programme, house     files → nouns
    crosscheck, urls, load    names that point elsewhere, ids and addresses, everything
    blocks, html, text        a body as one group of readers sees it

Nothing here publishes, plans or sends.
"""

from topmind.catalog.load import Loaded, load

__all__ = ["Loaded", "load"]
