"""Policies: compliance rules, built in or one's own, and the waivers that excuse findings for a while."""
