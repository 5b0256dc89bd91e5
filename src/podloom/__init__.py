"""Podloom."""
