"""The versions of the Messages API that a server speaks: the documents, and by dialect what judges and what writes."""

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.contract.check import MessagesContract
from mockserver.contract.failover import FailoverContract
from mockserver.contract.inbound import InboundShapes
from mockserver.contract.specs import Specs
from mockserver.core.forms import V0_1, V1
from mockserver.wire.dialects import Dialects, V0Dialect, V1Dialect


@dataclass(frozen=True, slots=True)
class Versions:
    """Handed in as one, since whoever needs one of these needs the others.

    ``v1`` is the dialect of that name; ``inbound`` tells what an inbound message of each may hold.
    """

    specs: Specs
    contracts: Mapping[str, MessagesContract]
    dialects: Dialects
    v1: V1Dialect
    v1_contract: FailoverContract
    inbound: InboundShapes


def versions_of(specs: Specs, *, exact: bool) -> Versions:
    """Return all versions; ``exact`` errors of v1 hold only what the published ones hold."""
    v1, v1_contract = V1Dialect(specs, exact=exact), FailoverContract(specs)
    contracts = {V0_1: MessagesContract(specs, V0_1), V1: v1_contract}
    return Versions(specs, contracts, {V0_1: V0Dialect(), V1: v1}, v1, v1_contract, InboundShapes(specs))
