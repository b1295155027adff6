"""A layer's sealed values are bound to the same places, whichever way its file is read."""

from __future__ import annotations

import pytest

from gmconfig.config.loaded import load_layer
from gmconfig.config.strategy import rules_of
from gmconfig.path import walk
from gmconfig.project import Project
from gmconfig.secret.token import Sealed

TEXTS = [
    "a: gm1.d.g.x\n",
    "a:\n  b: gm1.d.g.x # why\n  c:\n    - gm1.d.g.y\n    - name: web\n      pw: 'gm1s.d.g.e.z'\n",
    "apps:\n- name: web\n  pw: gm1.d.g.x\n- name: api\n  pw: gm1.d.g.y\n",
    "a: |-\n  gm1.d.g.x\nb: {c: [gm1.d.g.x, 1]}\nd: ${X}\n",
    "a: &x gm1.d.g.x\nb: *x\nc: &y {p: gm1.d.g.q}\nd:\n  <<: *y\n",
    "a: &x gm1.d.g.x\nb: 1\n",
    "gm1.d.g.x: 1\na: no gm1.d.g.x\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_file_is_read_alike_line_by_line_and_node_by_node(tmp_path, text):
    (tmp_path / "gmconfig.yaml").write_text("merge: {apps: {by: name}}\n")
    (tmp_path / "config").mkdir()
    read = []
    for tail in ("", "# é, which only a parser reads\n"):
        (tmp_path / "config/settings.yaml").write_text(text + tail)
        project = Project.find(str(tmp_path))
        snapshot = project.worktree()
        (layer,) = project.layers(snapshot, "settings", None)
        loaded = load_layer(project, snapshot, layer, rules_of(project.settings.merge))
        marks = [
            (keys, str(value), value.context, value.keys, value.file)
            for keys, value in walk(loaded.tree)
            if isinstance(value, Sealed)
        ]
        read.append((loaded.tree, marks, loaded.is_literal))
    assert read[0] == read[1]
    assert read[0][1] or text.startswith("gm1")
