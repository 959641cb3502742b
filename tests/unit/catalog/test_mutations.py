"""Mistakes generated from the schemas: each is reported once, on its line, with what to do, and stops everything."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from head_mistakes import CASES, GOOD, beside, keys_of, mutated, place, written
from topmind.catalog import Loaded, schemas
from topmind.catalog.schemas import Head

Build = Callable[..., Loaded]


@pytest.mark.parametrize("schema", GOOD, ids=lambda s: s.__name__)
def test_the_good_file(build: Build, schema: type[Head]) -> None:
    """The file that is mutated below is in order, and has every key of its schema but inherited and exclusive ones."""
    name, values, text = GOOD[schema]
    assert build({**beside(schema, name), name: written(values, text)}).problems == ()
    inherited = set() if schema is schemas.PromotionHead else schemas.ItemHead.keys()
    assert schema.keys() - set(values) - inherited <= {"before", "photo", "corrects"}


@pytest.mark.parametrize(("schema", "mutation"), CASES, ids=lambda one: getattr(one, "__name__", one))
def test_each_mutation_of_each_key(build: Build, schema: type[Head], mutation: str) -> None:
    """Missing, empty, doubled, misspelt, a list where none is due, nonsense, out of range: one error on the key's
    line (a missing one: the first) that says what to do, nothing beside it, and nothing of it is published or mailed."""
    keys = keys_of(schema, mutation)
    # There is one company: each of its mistakes stands in a project of its own.
    worlds = [[key] for key in keys] if schema is schemas.CompanyHead else [keys]
    for world in worlds:
        made = {place(schema, n): mutated(schema, key, mutation) for n, key in enumerate(world)}
        more = {path: text for name in made for path, text in beside(schema, name).items()}
        loaded = build({**more, **{name: text for name, (text, _) in made.items()}})
        assert loaded.catalog is None
        for key, (name, (_, line)) in zip(world, made.items(), strict=True):
            found = [p for p in loaded.problems if p.path == name]
            assert [p.line for p in found] == [line], (key, found)
            assert found[0].fix
            assert mutation != "misspelt" or repr(key) in found[0].fix
        assert {p.path for p in loaded.problems} == set(made)


def test_schemas_describe_themselves() -> None:
    """Each key says in words what is due and whether it must be written, for the docs."""
    rows = {key: (due, must) for key, due, must in schemas.PromotionHead.described()}
    assert rows["ends"] == ("a date", True)
    assert rows["for"] == ("a newsletter and a date", False)
    assert set(rows) == schemas.PromotionHead.keys()
