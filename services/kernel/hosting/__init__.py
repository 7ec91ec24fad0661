"""What makes a process a service: its databases brought up to date, its questions answered, its jobs kept going."""
