"""A fresh install: the administrator, the main language, currencies, the attribute panel.

User            1 (admin)
Language        main (en_US)                    Locale          main
Measure         currency, dimension
Unit            eur, usd, chf, gbp with codes EUR, USD, CHF, GBP; px
AttributePanel  attributeValues                 Storage         a_base
FileType        a_document, a_spreadsheet, a_image, …
ExtensibleEnum  gender (Male, Female, Neutral), role (supplier, customer)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation
    from etl.sandbox.store import Row

_CURRENCIES = {"EUR": "€", "USD": "$", "CHF": "CHF", "GBP": "£"}
_FILE_TYPES = {
    "document": ["docx", "doc", "odt", "rtf", "tex", "txt", "pdf"],
    "spreadsheet": ["xlsx", "xls", "ods", "csv", "tsv"],
    "image": ["jpg", "jpeg", "gif", "tiff", "png", "bmp", "webp", "avif"],
    "favicon": ["ico"],
    "audio": ["mp3", "wav"],
    "video": ["mp4", "mov"],
    "archive": ["zip", "7z"],
    "graphics": ["svg", "ai"],
    "presentation": ["pptx", "odp"],
}
_LISTS = {"gender": ["Male", "Female", "Neutral"], "role": ["supplier", "customer"]}


def plant_fresh(installation: Installation) -> None:
    """Put what every installation has."""
    put = _Planter(installation)
    put(
        "User",
        id="1",
        name="Admin",
        userName="admin",
        firstName="",
        lastName="Admin",
        type="Token",
        isAdmin=True,
        isActive=True,
    )
    put("Language", id="main", name="English", code="en_US", role="main")
    put(
        "Locale",
        id="main",
        name="Main",
        code="en_US",
        languageCode="en_US",
        decimalMark=",",
        timeFormat="HH:mm",
        thousandSeparator=".",
        weekStart="monday",
        dateFormat="DD.MM.YYYY",
        timeZone="UTC",
    )
    put(
        "AttributePanel",
        id="attributeValues",
        name="Attributes",
        code="attributeValues",
        entityId="Product",
        default=True,
        sortOrder=10.0,
    )
    put(
        "Storage",
        id="a_base",
        name="Base",
        type="local",
        path="upload/files",
        syncFolders=False,
        isActive=True,
    )
    for name, extensions in _FILE_TYPES.items():
        put("FileType", id=f"a_{name}", name=name.capitalize(), extensions=extensions)
    _plant_units(put)
    _plant_lists(put)


class _Planter:
    """Puts rows as the installation's own, without a creator."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def __call__(self, entity: str, **row: object) -> None:
        now = self._installation.now()
        full: Row = dict(row)
        if "createdAt" in self._installation.schema[entity].columns:
            full |= {"createdAt": now, "modifiedAt": now}
        self._installation.store[entity].put(full)


def _plant_units(put: _Planter) -> None:
    put("Measure", id="currency", name="Currency")
    put("Measure", id="dimension", name="Dimension")
    for code, symbol in _CURRENCIES.items():
        put(
            "Unit",
            id=code.lower(),
            name=code,
            code=code,
            symbol=symbol,
            measureId="currency",
            isActive=True,
            isMain=code == "EUR",
            multiplier=1.0,
        )
    put(
        "Unit",
        id="px",
        name="px",
        code="px",
        measureId="dimension",
        isActive=True,
        isMain=True,
        multiplier=1.0,
    )


def _plant_lists(put: _Planter) -> None:
    for code, options in _LISTS.items():
        put("ExtensibleEnum", id=code, name=code.capitalize(), code=code, multilingual=True)
        for place, option in enumerate(options):
            put(
                "ExtensibleEnumOption",
                id=option,
                name=option.capitalize(),
                code=option,
                sortOrder=place,
            )
            put(
                "ExtensibleEnumExtensibleEnumOption",
                id=f"{code}_{option}",
                extensibleEnumId=code,
                extensibleEnumOptionId=option,
                sorting=place * 10,
            )
