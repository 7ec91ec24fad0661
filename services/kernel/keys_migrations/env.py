"""The tables of a keyring."""

from services.kernel.migrating import KEYRING, run

run([KEYRING])
