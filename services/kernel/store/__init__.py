"""Where a service keeps what it knows: databases, events, who may touch a row now, how a writer is heard."""
