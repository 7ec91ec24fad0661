"""The tables of a keyring."""

from services.kernel.hosting.migrating import KEYRING, run

run([KEYRING])
