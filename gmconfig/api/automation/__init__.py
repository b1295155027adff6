"""ConfigAutomation (`manager.py`), and what it asks for: rules, what they do, and the agents of a host.

`rule_actions.py` has the actions by their names. Rules stand in gmconfig.yaml, where `keeping_rules.py` writes them,
or belong to one program: `own_rules.py`.
"""
