"""The entities the sandbox knows, as one compact table.

One entity a block: `# Name Type flags`, then a line a field. A field line reads
`name type[>target] marks…`; the marks are

    required unique multilang readonly notstored notnull index
    max=255 min=1 options=a|b default=… pattern=… measure=currency of=price
    via=Relation:near:far          a link over a relation entity; near and far are left out
                                   where they are the names of the two entities
    foreign=field                  a link that the other side's field holds

and a line `! columns…` is a unique index. `BASE`, `OWNED` and `TREE` are added to the entities
that have them, so that every block shows only what is its own.
"""

from __future__ import annotations

from etl.sandbox.schema.core import CORE
from etl.sandbox.schema.pim import PIM

BASE = """
createdAt datetime readonly
modifiedAt datetime readonly
createdBy link>User readonly
modifiedBy link>User readonly
"""

OWNED = """
ownerUser link>User
assignedUser link>User
teams many>Team via=EntityTeam:entityId:teamId
"""

TREE = """
sortOrder int
routes jsonArray notstored
routesNames jsonArray notstored
isRoot bool notstored
hasChildren bool notstored
inheritedFields array notstored
"""

MODULES = {"Atro": CORE, "Pim": PIM}
