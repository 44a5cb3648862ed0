"""The admin portal: pages for people, under /portal. How to add one: docs/portal.md.

A page's trigger lies in a module of its subject, calls the function of shared/admin that the API calls too, and names a
template. Nothing is decided or computed in a template.
"""
