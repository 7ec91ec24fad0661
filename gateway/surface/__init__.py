"""The tables of routes, one module a subject. A route is a row: nothing here decides anything."""
