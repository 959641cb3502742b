"""The look of a business (`themes/brand.toml`), shared by pages and mails."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from topmind.errors import ConfigError
from topmind.near_words import near_word
from topmind.schema_words import in_words, without_echo

Colour = Field(pattern=r"^#[0-9a-f]{6}$")


class Palette(BaseModel):
    """One colour scheme; every value `#rrggbb` in lower case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: str = Colour
    surface: str = Colour
    ink: str = Colour
    muted: str = Colour
    line: str = Colour
    accent: str = Colour
    on_accent: str = Colour
    soft: str = Colour
    warm: str = Colour
    warm_soft: str = Colour


class Type(BaseModel):
    """Font stacks (never a remote font), body size in px, line height as a factor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: str
    heading: str
    mono: str
    size: int = 17
    line: float = 1.6


class Space(BaseModel):
    """Distances in px."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: int = 8
    radius: int = 10
    width: int = 680
    mail_width: int = 600


class Logo(BaseModel):
    """Words, and a picture below `content/images` where there is one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = ""
    image: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    light: Palette
    dark: Palette
    type: Type
    space: Space = Space()
    logo: Logo = Logo()


#: Table → what stands in it.
_SCHEMAS: Mapping[str, type[BaseModel]] = {
    "light": Palette,
    "dark": Palette,
    "type": Type,
    "space": Space,
    "logo": Logo,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Tokens of both colour schemes, type and spacing."""

    light: Palette
    dark: Palette
    type: Type
    space: Space
    logo: Logo

    def schemes(self) -> Mapping[str, Palette]:
        """`light` and `dark` by name."""
        return {"light": self.light, "dark": self.dark}


def load(root: Path) -> Brand:
    """Read `themes/brand.toml` of a project. Raises ConfigError with every wrong key."""
    path = root / "themes" / "brand.toml"
    try:
        file = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise ConfigError(
            "is missing.", where="themes/brand.toml", fix="`topmind init` writes one."
        ) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}.", where="themes/brand.toml") from None
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8.", where="themes/brand.toml", fix="Save it as UTF-8.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(
            f"is no TOML: {error}.",
            where="themes/brand.toml",
            fix='Write `key = "value"` lines below [heads] in square brackets.',
        ) from error
    except ValidationError as error:
        found = without_echo(error, _known)
        raise ConfigError.listed([_mistake(one) for one in found], "themes/brand.toml") from None
    return Brand(light=file.light, dark=file.dark, type=file.type, space=file.space, logo=file.logo)


def _known(loc: Sequence[str]) -> list[str]:
    """The keys that may stand where one of these is."""
    return list((_SCHEMAS[loc[0]] if len(loc) > 1 else _File).model_fields)


def _mistake(one: Mapping[str, Any]) -> tuple[str, str]:
    """(`[light] "accent" …`, what to write) of one finding of the schema."""
    *tables, key = (str(part) for part in one["loc"])
    place = f'[{".".join(tables)}] "{key}"' if tables else f"[{key}]"
    known = _known([str(part) for part in one["loc"]])
    if one["type"] == "extra_forbidden":
        near = near_word(key, known)
        what = "key" if tables else "table"
        return (
            f"{place} is no {what} of this file.",
            f"Did you mean {near!r}?" if near else f"Known: {', '.join(known)}.",
        )
    if one["type"] == "missing":
        return f"{place} is missing.", "Write it; `topmind init` shows a whole file."
    if one["type"] == "string_pattern_mismatch":
        return f"{place} is no colour of six small digits.", 'Write it like "#1f5c4d".'
    says, fix = in_words(one)
    return f"{place} {says}", fix
