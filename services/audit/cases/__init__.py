"""What audit keeps a file of: incidents, and complaints."""
