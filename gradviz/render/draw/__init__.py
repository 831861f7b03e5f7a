"""Cards, frames and arrows as display lists."""
