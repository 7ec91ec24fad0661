"""Others vouch that the log only grows: it asks its witnesses to cosign, and does not wait for one that is slow."""
