"""The SDMX data structure of our figures: which concepts are dimensions, which the measure, which attributes.

A figure is identified by indicator, area with the day on which its code is meant, period, breakdown and source; so the
same cell from two sources is two observations, as it is here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pysdmx.model import Components, Schema

AGENCY: Final = "LIENTHONG"
STRUCTURE: Final = "FIGURES"
VERSION: Final = "1.0"

DIMENSIONS: Final = ("INDICATOR", "REF_AREA", "AREA_ON", "BREAKDOWN", "SOURCE", "TIME_PERIOD")
MEASURE: Final = "OBS_VALUE"
ATTRIBUTES: Final = (
    "UNIT_MEASURE",
    "OBS_STATUS",
    "QUALIFIER",
    "REPORTED",
    "WORDING",
    "PUBLISHED_ON",
    "COMMENT_OBS",
)


def make_schema() -> Schema:
    """Make the schema that data sets follow."""
    from pysdmx.model import Schema  # noqa: PLC0415 # large, and only who exchanges SDMX needs it

    return Schema("dataflow", AGENCY, STRUCTURE, _make_components(), VERSION)


def write_structure() -> str:
    """Write the structure definition and its dataflow as SDMX-ML 3.0."""
    from pysdmx.io import write_sdmx  # noqa: PLC0415 # large, and only who exchanges SDMX needs it
    from pysdmx.io.format import Format  # noqa: PLC0415 # as above
    from pysdmx.model import Concept, ConceptScheme, Dataflow, DataStructureDefinition  # noqa: PLC0415 # as above

    concepts = [Concept(name, name=name.replace("_", " ").capitalize()) for name in _list_concepts()]
    scheme = ConceptScheme("CONCEPTS", name="Concepts of figures", agency=AGENCY, version=VERSION, items=concepts)
    structure = DataStructureDefinition(
        STRUCTURE, name="Figures", agency=AGENCY, version=VERSION, components=_make_components()
    )
    flow = Dataflow(STRUCTURE, name="Figures", agency=AGENCY, version=VERSION, structure=structure)
    return write_sdmx([scheme, structure, flow], Format.STRUCTURE_SDMX_ML_3_0) or ""


def _list_concepts() -> tuple[str, ...]:
    return (*DIMENSIONS, MEASURE, *ATTRIBUTES)


def _make_components() -> Components:
    from pysdmx.model import Component, Components, DataType, ItemReference, Role  # noqa: PLC0415 # as above

    roles = (
        dict.fromkeys(DIMENSIONS, Role.DIMENSION) | {MEASURE: Role.MEASURE} | dict.fromkeys(ATTRIBUTES, Role.ATTRIBUTE)
    )
    return Components(
        [
            Component(
                name,
                required=role is not Role.ATTRIBUTE,
                role=role,
                concept=ItemReference("Concept", AGENCY, "CONCEPTS", VERSION, name),
                # Text all through, the figure too, so that no decimal is lost to binary numbers.
                local_dtype=DataType.STRING,
                attachment_level="O" if role is Role.ATTRIBUTE else None,
            )
            for name, role in roles.items()
        ]
    )
