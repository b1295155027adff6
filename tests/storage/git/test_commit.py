"""A commit contains its change and nothing else."""

from pathlib import Path

import pytest

from gmconfig.errors import GitTrouble, Refused, UsageError
from gmconfig.storage.change import WholeFile
from gmconfig.storage.git import Repository, commit, preview, write_working
from tests.storage.git.conftest import FILE, LINES, SetKey, show, with_keys


def clean(git) -> bool:
    return git("status", "--porcelain") == ""


def test_sets_a_line_in_commit_index_and_working_tree(committed: Path, git, set_key):
    result = set_key("key3", "new")
    assert git("rev-parse", "HEAD") == result.commit
    assert git("diff", "--shortstat", "HEAD~1", "HEAD") == " 1 file changed, 1 insertion(+), 1 deletion(-)"
    assert (committed / FILE).read_text() == with_keys(key3="new")
    assert clean(git)
    assert git("diff-files", "--name-only") == ""
    assert result.branch == "main"
    assert result.files == {FILE: (LINES.encode(), with_keys(key3="new").encode())}


def test_leaves_staged_and_unstaged_lines_of_the_same_file_alone(committed: Path, git, set_key):
    (committed / FILE).write_text(with_keys(key1="staged"))
    git("add", FILE)
    (committed / FILE).write_text(with_keys(key1="staged", key18="unstaged"))
    set_key("key10", "new")
    assert show(committed, f"HEAD:{FILE}") == with_keys(key10="new")
    assert show(committed, f":{FILE}") == with_keys(key1="staged", key10="new")
    assert (committed / FILE).read_text() == with_keys(key1="staged", key18="unstaged", key10="new")


def test_leaves_other_staged_files_alone(committed: Path, git, set_key):
    (committed / "other").write_text("x")
    git("add", "other")
    set_key("key1", "new")
    assert git("status", "--porcelain") == "A  other"
    assert git("ls-tree", "--name-only", "HEAD") == FILE


@pytest.mark.parametrize("stage", [True, False])
def test_refuses_a_key_that_the_user_is_changing(committed: Path, git, set_key, stage: bool):
    (committed / FILE).write_text(with_keys(key3="mine"))
    if stage:
        git("add", FILE)
    before = git("status", "--porcelain")
    with pytest.raises(Refused, match=f'"key3" in "{FILE}" has a change') as refused:
        set_key("key3", "new")
    assert "--no-commit" in refused.value.hint
    assert git("status", "--porcelain") == before
    assert git("rev-list", "--count", "HEAD") == "1"


def test_makes_the_first_commit(repo: Path, git):
    result = commit(Repository.discover(str(repo)), "", {FILE: SetKey("a", "1")}, "first")
    assert show(repo, f"HEAD:{FILE}") == "a: 1\n"
    assert git("rev-parse", "HEAD") == result.commit
    assert clean(git)


def test_makes_the_first_commit_beside_a_staged_file(repo: Path, git):
    (repo / "other").write_text("x")
    git("add", "other")
    commit(Repository.discover(str(repo)), "", {FILE: SetKey("a", "1")}, "first")
    assert git("ls-tree", "--name-only", "HEAD") == FILE
    assert git("status", "--porcelain") == "A  other"


def test_adds_and_deletes_files_in_one_commit(committed: Path, git):
    repository = Repository.discover(str(committed))
    commit(repository, "", {"a/b/new.yaml": WholeFile(b"x: 1\n"), FILE: WholeFile(None)}, "move")
    assert git("ls-tree", "-r", "--name-only", "HEAD") == "a/b/new.yaml"
    assert not (committed / FILE).exists()
    assert clean(git)


def test_refuses_to_replace_a_file_that_the_user_changed(committed: Path, git):
    (committed / FILE).write_text(with_keys(key1="mine"))
    with pytest.raises(Refused):
        commit(Repository.discover(str(committed)), "", {FILE: WholeFile(b"")}, "empty it")


def test_works_below_a_prefix(committed: Path, git):
    commit(Repository.discover(str(committed)), "sub/project", {FILE: SetKey("a", "1")}, "m")
    assert show(committed, f"HEAD:sub/project/{FILE}") == "a: 1\n"
    assert clean(git)


def test_commits_only_its_key_of_an_untracked_file(committed: Path, git, set_key):
    (committed / "new.yaml").write_text("mine: 1\n")
    set_key("theirs", "2", file="new.yaml")
    assert show(committed, "HEAD:new.yaml") == "theirs: 2\n"
    assert (committed / "new.yaml").read_text() == "mine: 1\ntheirs: 2\n"


def test_an_intention_to_add_is_no_staged_file(committed: Path, git, set_key):
    (committed / "new.yaml").write_text("mine: 1\n")
    git("add", "-N", "new.yaml")
    set_key("theirs", "2", file="new.yaml")
    assert show(committed, "HEAD:new.yaml") == "theirs: 2\n"
    assert show(committed, ":new.yaml") == "theirs: 2\n"


@pytest.mark.parametrize("how", [("rm", "--cached", "-q"), ("rm", "-q")])
def test_refuses_a_file_that_the_user_is_deleting(committed: Path, git, set_key, how):
    git(*how, FILE)
    with pytest.raises(Refused):
        set_key("another", "new")


def test_refuses_a_file_that_the_user_deleted_on_disk(committed: Path, git, set_key):
    (committed / FILE).unlink()
    with pytest.raises(Refused):
        set_key("another", "new")


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_keeps_the_flags_of_index_entries(committed: Path, git, set_key, flag):
    git("update-index", flag, FILE)
    before = git("ls-files", "-v")
    (committed / FILE).write_text(with_keys(key1="hidden"))
    set_key("key3", "new")
    assert git("ls-files", "-v") == before
    assert show(committed, f"HEAD:{FILE}") == with_keys(key3="new")
    assert (committed / FILE).read_text() == with_keys(key1="hidden", key3="new")


def test_respects_a_sparse_checkout(committed: Path, git, set_key):
    (committed / "sub").mkdir()
    (committed / "sub" / FILE).write_text(LINES)
    git("add", "-A")
    git("commit", "-q", "-m", "sub")
    git("sparse-checkout", "set", "--no-cone", "/*", "!/sub/")
    set_key("key3", "new", file=f"sub/{FILE}")
    assert show(committed, f"HEAD:sub/{FILE}") == with_keys(key3="new")
    assert not (committed / "sub").exists()
    assert clean(git)


def test_keeps_the_executable_bit(committed: Path, git, set_key):
    (committed / FILE).chmod(0o755)
    git("commit", "-qam", "executable")
    set_key("key1", "new")
    assert git("ls-tree", "HEAD").startswith("100755")
    assert (committed / FILE).stat().st_mode & 0o777 == 0o755
    assert clean(git)


def test_makes_no_commit_of_nothing(committed: Path, git, set_key):
    assert set_key("key1", "old").commit is None
    assert git("rev-list", "--count", "HEAD") == "1"


def test_refuses_ignored_files(committed: Path, git, set_key):
    (committed / ".gitignore").write_text("*.local.yaml\n")
    with pytest.raises(Refused, match="ignored"):
        set_key("a", "1", file="x.local.yaml")
    assert not (committed / "x.local.yaml").exists()


@pytest.mark.parametrize("name", ["../out.yaml", "/etc/x", "a//b", ".git/config", "a/../b", "./x", ""])
def test_refuses_names_that_leave_the_repository(committed: Path, set_key, name):
    with pytest.raises(UsageError):
        set_key("a", "1", file=name)


def test_names_may_look_like_options_and_patterns(committed: Path, git, set_key):
    for name in ("--help", ":(top)x", "*.yaml", "a b\tc\n.yaml", "ü.yaml"):
        set_key("a", "1", file=name)
        assert show(committed, f"HEAD:{name}") == "a: 1\n"
    assert clean(git)
    assert (committed / FILE).read_text() == LINES


def test_follows_a_symlink_within_the_repository(committed: Path, git, set_key):
    (committed / "link.yaml").symlink_to(FILE)
    git("add", "-A")
    git("commit", "-qm", "link")
    set_key("key1", "new", file="link.yaml")
    assert (committed / "link.yaml").is_symlink()
    assert show(committed, f"HEAD:{FILE}") == with_keys(key1="new")
    assert clean(git)


def test_refuses_a_symlink_that_leaves_it(committed: Path, tmp_path: Path, set_key):
    (tmp_path / "outside.yaml").write_text("a: 1\n")
    (committed / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(Refused, match="leaves"):
        set_key("a", "2", file="link.yaml")
    assert (tmp_path / "outside.yaml").read_text() == "a: 1\n"


def test_message_author_trailers_and_reflog(committed: Path, git, set_key):
    set_key(
        "key1",
        "new",
        message="subject\n\nbody",
        author="Ann B <ann@x.org>",
        trailers={"Gmconfig-Operation": "set"},
    )
    assert git("log", "-1", "--format=%an|%ae|%cn|%B") == (
        "Ann B|ann@x.org|Test|subject\n\nbody\n\nGmconfig-Operation: set"
    )
    assert git("log", "-1", "--format=%(trailers:key=Gmconfig-Operation,valueonly)").strip() == "set"
    assert git("reflog", "-1", "--format=%gs") == "commit: subject"
    set_key("key1", "newer", author="plain <name")
    assert git("log", "-1", "--format=%an|%ae") == "plain name|test@example.org"


def test_without_an_identity_says_what_to_do(committed: Path, git, set_key, isolated: Path):
    (isolated / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    with pytest.raises(GitTrouble, match="who you are") as trouble:
        set_key("key1", "new")
    assert "git config --global user.name" in trouble.value.hint
    assert (committed / FILE).read_text() == LINES


def test_preview_and_working_tree_only(committed: Path, git):
    edits = {FILE: SetKey("key1", "new"), "sub/new.yaml": SetKey("a", "1")}
    shown = preview(str(committed), edits)
    assert shown == {
        FILE: (LINES.encode(), with_keys(key1="new").encode()),
        "sub/new.yaml": (None, b"a: 1\n"),
    }
    assert clean(git)
    assert write_working(str(committed), edits) == shown
    assert (committed / FILE).read_text() == with_keys(key1="new")
    assert git("status", "--porcelain") == f" M {FILE}\n?? sub/"


def test_working_tree_only_without_git(tmp_path: Path):
    write_working(str(tmp_path), {"a/b.yaml": SetKey("a", "1")})
    assert (tmp_path / "a/b.yaml").read_text() == "a: 1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    "command",
    [
        ("update-index", "--split-index"),
        ("update-index", "--force-untracked-cache"),
        ("update-index", "--index-version", "4"),
        ("sparse-checkout", "set", "--cone", "--sparse-index", "sub"),
    ],
)
def test_keeps_the_kind_of_index(committed: Path, git, set_key, command):
    for folder in ("sub", "other"):
        (committed / folder).mkdir()
        (committed / folder / FILE).write_text(LINES)
    git("add", "-A")
    git("commit", "-qm", "more")
    git(*command)
    set_key("key1", "new", file=f"sub/{FILE}")
    set_key("key2", "new")
    assert show(committed, f"HEAD:sub/{FILE}") == with_keys(key1="new")
    assert clean(git)
    git("fsck", "--no-dangling")


def test_works_with_sha256(tmp_path: Path, git):
    git("init", "-q", "--object-format=sha256", "new", cwd=tmp_path)
    root = tmp_path / "new"
    for number in range(2):
        commit(Repository.discover(str(root)), "", {f"{number}.yaml": SetKey("a", "1")}, "m")
    result = commit(Repository.discover(str(root)), "", {"0.yaml": WholeFile(None)}, "m")
    assert len(result.commit) == 64
    assert git("ls-tree", "--name-only", "HEAD", cwd=root) == "1.yaml"
    assert git("status", "--porcelain", cwd=root) == ""


@pytest.mark.long
def test_very_many_files_in_one_commit(committed: Path, git):
    edits = {f"many/{number:05}-{'x' * 100}.yaml": WholeFile(b"a: %d\n" % number) for number in range(1100)}
    repository = Repository.discover(str(committed))
    commit(repository, "", edits, "many")
    result = commit(repository, "", {name: WholeFile(None) for name in edits}, "none")
    assert len(result.files) == 1100
    assert git("log", "--format=%s") == "none\nmany\nfirst"
    assert clean(git)
    assert not (committed / "many").exists()
