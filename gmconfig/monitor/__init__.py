"""Watching: events and checks become alerts, alerts reach people, and figures tell how things stand."""
