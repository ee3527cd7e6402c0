"""Components: `simple_block_tag` functions with keyword-only signatures."""

from django import template

register = template.Library()
