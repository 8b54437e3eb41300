"""Attributes of customers of whom several rows tell: those of several sources, or of people who are one person."""
