"""What may cross from a caller, by what it is about."""

from services.kernel.shape import loaded as loaded
from services.org.schemas.agreement import Ending as Ending, Proposal as Proposal, Signing as Signing
from services.org.schemas.content import Content as Content
from services.org.schemas.custom_field import (
    FieldProposal as FieldProposal,
    SupplementRefusal as SupplementRefusal,
    SupplementText as SupplementText,
    SupplementWish as SupplementWish,
)
from services.org.schemas.fields import duration as duration
from services.org.schemas.instruction import CarriedOut as CarriedOut, Instruction as Instruction, Parking as Parking
from services.org.schemas.leaving import Delivered as Delivered, Leaving as Leaving
from services.org.schemas.organisation import Change as Change, Registration as Registration
from services.org.schemas.statement import (
    Acknowledging as Acknowledging,
    Consenting as Consenting,
    StatementVersion as StatementVersion,
)
from services.org.schemas.sub_processor import Objection as Objection, SubProcessor as SubProcessor
from services.org.schemas.usage import UsageBatch as UsageBatch
