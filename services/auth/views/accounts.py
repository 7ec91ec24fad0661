"""Who has an account or an invitation in which organisation. Personal values stand here sealed, never open."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import (
    Column,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from services.auth.domain.account import Status
from services.contracts.auth import (
    AccountClosed,
    ErasureCompleted,
    InvitationExpired,
    InvitationRenewed,
    InvitationWithdrawn,
    PasswordChanged,
    PeopleErased,
    PersonalDataCorrected,
    PersonInvited,
    RoleChanged,
    UserRegistered,
)
from services.contracts.facts import CATEGORY, PERSON
from services.contracts.privacy import Category, Role
from services.kernel.codec import instant
from services.kernel.envelope import Recorded
from services.kernel.forgetting.reindexing import Indexed

tables = MetaData()
accounts = Table(
    "accounts",
    tables,
    Column("account", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("status", String(12), nullable=False),
    Column("role", String(20), nullable=False),
    Column("invitation", String(36), nullable=False, unique=True),
    Column("token_digest", String(64), index=True),
    Column("expires_at", String(32), nullable=False),
    Column("invited_at", String(32), nullable=False),
    Column("registered_at", String(32)),
    Column("closed_at", String(32)),
    Column("public_index", String(64), unique=True),
    Column("username_index", String(64), unique=True),
    Column("email_index", String(64)),
    Column("public_id", Text),
    Column("username", Text),
    Column("password", Text),
    Column("email", Text),
    Column("first_name", Text),
    Column("infix", Text),
    Column("last_name", Text),
    Index("accounts_by_organisation", "organisation", "status", "invitation"),
    Index("accounts_by_email", "organisation", "email_index"),
    Index("accounts_by_address", "email_index"),
    Index("accounts_by_expiry", "status", "expires_at"),
)

INDEXED = (Indexed(accounts, {"public_index": "public_id", "username_index": "username", "email_index": "email"}),)
PRESENT = (Status.INVITED, Status.OPEN)
_INVITED = insert(accounts)


def project(session: Connection, record: Recorded) -> None:
    event, sealed, index = record.event, record.sealed, record.index
    match event:
        case PersonInvited():
            row = {
                "account": event.account,
                "organisation": event.organisation,
                "status": Status.INVITED,
                "role": event.role,
                "invitation": event.invitation,
                "token_digest": event.token_digest,
                "expires_at": instant(event.expires_at),
                "invited_at": instant(event.at),
                "email": sealed.get("email"),
                "email_index": index.get("email"),
            }
            session.execute(_INVITED, row)
        case InvitationRenewed():
            _set(session, event.account, token_digest=event.token_digest, expires_at=instant(event.expires_at))
        case InvitationWithdrawn():
            _set(session, event.account, status=Status.WITHDRAWN, closed_at=instant(event.at), email_index=None)
        case InvitationExpired():
            _set(session, event.account, status=Status.EXPIRED, closed_at=instant(event.at), email_index=None)
        case UserRegistered():
            _set(
                session,
                event.account,
                status=Status.OPEN,
                registered_at=instant(event.at),
                public_index=index.get("public_id"),
                username_index=index.get("username"),
                **{name: sealed.get(name) for name in REGISTERED},
            )
        case PersonalDataCorrected():
            values = {name: sealed.get(name) for name in event.corrected}
            if "email" in values:
                values["email_index"] = index.get("email")
            _set(session, event.account, **values)
        case PasswordChanged():
            _set(session, event.account, password=sealed.get("password"))
        case RoleChanged():
            _set(session, event.account, role=event.role)
        case AccountClosed():
            # Out of reach at once: whoever is closed can be found by nobody, whatever the erasure still waits for.
            _set(
                session,
                event.account,
                status=Status.CLOSED,
                closed_at=instant(event.at),
                public_index=None,
                username_index=None,
                email_index=None,
            )
        case ErasureCompleted() if event.scope == PERSON:
            drop(session, event.account)
        case ErasureCompleted() if event.scope.removeprefix(CATEGORY) in BY_CATEGORY:
            drop_category(session, event.account, Category(event.scope.removeprefix(CATEGORY)))
        case PeopleErased():
            drop_all(session, event.people)


BY_CATEGORY = {
    Category.NAME: ("first_name", "infix", "last_name"),
    Category.EMAIL: ("email", "email_index"),
    Category.CREDENTIALS: ("public_id", "username", "password", "public_index", "username_index", "token_digest"),
}
"""What goes when one category of a person goes: the values, and by what they could be found."""
REGISTERED = ("public_id", "username", "password", "first_name", "infix", "last_name")


def _set(session: Connection, account: str, **values: object) -> None:
    session.execute(_setting(tuple(values)), {**values, "whose": account})


@lru_cache
def _setting(names: tuple[str, ...]) -> Update:
    """Built once: building it costs more than running it."""
    mine = accounts.c.account == bindparam("whose")
    return update(accounts).where(mine).values({name: bindparam(name) for name in names})


def drop(session: Connection, account: str) -> int:
    return session.execute(delete(accounts).where(accounts.c.account == account)).rowcount


def drop_all(session: Connection, people: Sequence[str]) -> int:
    return session.execute(delete(accounts).where(accounts.c.account.in_(people))).rowcount


def present_in(session: Connection, organisation: str, limit: int) -> list[str]:
    """Some of those who have an account or an invitation there: whoever has neither has an erasure of their own."""
    mine = (accounts.c.organisation == organisation) & accounts.c.status.in_(PRESENT)
    return list(session.execute(select(accounts.c.account).where(mine).limit(limit)).scalars())


def counted(session: Connection, organisation: str) -> int:
    """How many have an account or an invitation there."""
    mine = (accounts.c.organisation == organisation) & accounts.c.status.in_(PRESENT)
    return session.execute(select(func.count()).select_from(accounts).where(mine)).scalar_one()


def people_in(session: Connection, organisation: str, after: str, limit: int) -> list[Row]:  # type: ignore[type-arg]
    """Everybody who has an account or an invitation there, in the order of their invitations."""
    mine = (accounts.c.organisation == organisation) & accounts.c.status.in_(PRESENT)
    mine &= accounts.c.invitation > after
    return list(session.execute(select(accounts).where(mine).order_by(accounts.c.invitation).limit(limit)))


def drop_category(session: Connection, account: str, category: Category) -> int:
    """Empty one category of somebody who stays otherwise. Returns 1 where there was anything."""
    found = holds_category(session, account, category)
    if found:
        _set(session, account, **dict.fromkeys(BY_CATEGORY[category]))
    return found


def holds_category(session: Connection, account: str, category: Category) -> int:
    filled = or_(*(accounts.c[name].is_not(None) for name in BY_CATEGORY[category]))
    mine = select(func.count()).select_from(accounts).where(accounts.c.account == account, filled)
    return session.execute(mine).scalar_one()


def holds(session: Connection, account: str) -> int:
    mine = select(func.count()).select_from(accounts).where(accounts.c.account == account)
    return session.execute(mine).scalar_one()


def by_pseudonym(session: Connection, organisation: str, account: str) -> Row | None:  # type: ignore[type-arg]
    mine = (accounts.c.account == account) & (accounts.c.organisation == organisation)
    return session.execute(select(accounts).where(mine)).first()


def by_public_id(session: Connection, organisation: str, index: Sequence[str]) -> Row | None:  # type: ignore[type-arg]
    mine = accounts.c.public_index.in_(index) & (accounts.c.organisation == organisation)
    return session.execute(select(accounts).where(mine)).first()


def pseudonym(session: Connection, organisation: str | None, index: Sequence[str]) -> Row | None:  # type: ignore[type-arg]
    """For an investigation that may not know yet whose person it is, or a request; none of closed accounts."""
    mine = and_(accounts.c.public_index.in_(index))
    if organisation is not None:
        mine &= accounts.c.organisation == organisation
    found = select(accounts.c.account, accounts.c.organisation, accounts.c.registered_at, accounts.c.invited_at)
    return session.execute(found.where(mine)).first()


def by_username(session: Connection, index: Sequence[str]) -> Row | None:  # type: ignore[type-arg]
    """In all organisations: a user name is unique everywhere, and names its organisation by that."""
    return session.execute(select(accounts).where(accounts.c.username_index.in_(index))).first()


def email_in_use(session: Connection, organisation: str, index: Sequence[str]) -> bool:
    mine = (accounts.c.organisation == organisation) & accounts.c.email_index.in_(index)
    return session.execute(select(accounts.c.account).where(mine)).first() is not None


def organisations(session: Connection) -> list[str]:
    """Those in which somebody has an open account."""
    somebody = select(accounts.c.organisation).where(accounts.c.status == Status.OPEN).distinct()
    return list(session.execute(somebody.order_by(accounts.c.organisation)).scalars())


def by_emails(session: Connection, index: Sequence[str]) -> list[Row]:  # type: ignore[type-arg]
    """The accounts behind an address, as it is blinded in each organisation: each names its own by that."""
    found: list[Row] = []  # type: ignore[type-arg]
    for start in range(0, len(index), 500):
        mine = accounts.c.email_index.in_(index[start : start + 500])
        found += session.execute(select(accounts).where(mine, accounts.c.status == Status.OPEN))
    return found


def by_username_in(session: Connection, organisation: str, index: Sequence[str]) -> Row | None:  # type: ignore[type-arg]
    found = by_username(session, index)
    return found if found is not None and found.organisation == organisation else None


def by_email(session: Connection, organisation: str, index: Sequence[str]) -> Row | None:  # type: ignore[type-arg]
    """Whose open account this address has in an organisation: one has it at most."""
    mine = (accounts.c.organisation == organisation) & accounts.c.email_index.in_(index)
    return session.execute(select(accounts).where(mine, accounts.c.status == Status.OPEN)).first()


def open_in(session: Connection, organisation: str, after: str, limit: int, role: str | None = None) -> list[Row]:  # type: ignore[type-arg]
    """Open accounts, ordered by their invitation: an order that tells nothing, and that no rotation changes."""
    mine = (
        (accounts.c.organisation == organisation) & (accounts.c.status == Status.OPEN) & (accounts.c.invitation > after)
    )
    if role is not None:
        mine &= accounts.c.role == role
    return list(session.execute(select(accounts).where(mine).order_by(accounts.c.invitation).limit(limit)))


def open_having(session: Connection, organisation: str, role: Role, limit: int) -> list[Row]:  # type: ignore[type-arg]
    mine = (accounts.c.organisation == organisation) & (accounts.c.status == Status.OPEN) & (accounts.c.role == role)
    return list(session.execute(select(accounts).where(mine).order_by(accounts.c.invitation).limit(limit)))


def open_of(session: Connection, organisation: str, people: Sequence[str]) -> list[Row]:  # type: ignore[type-arg]
    """Of these people those who have an open account there."""
    mine = (accounts.c.organisation == organisation) & (accounts.c.status == Status.OPEN)
    return list(session.execute(select(accounts).where(mine, accounts.c.account.in_(people))))


def having_role(session: Connection, organisation: str, role: Role, *, statuses: tuple[Status, ...]) -> int:
    mine = (accounts.c.organisation == organisation) & (accounts.c.role == role) & accounts.c.status.in_(statuses)
    return session.execute(select(func.count()).select_from(accounts).where(mine)).scalar_one()


def all_open(session: Connection, organisation: str) -> list[Row]:  # type: ignore[type-arg]
    """Every open account of an organisation: whose it is, and its role."""
    mine = (accounts.c.organisation == organisation) & (accounts.c.status == Status.OPEN)
    return list(session.execute(select(accounts.c.account, accounts.c.role).where(mine)))
