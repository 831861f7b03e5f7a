"""What was asked: frozen data, checked on load; no torch, no Qt."""
