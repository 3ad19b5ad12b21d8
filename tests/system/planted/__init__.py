"""Zones with planted faults, what is true of them, and what audits say of them."""
