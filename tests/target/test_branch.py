"""A branch that another engine picks up: nothing plain, nothing that changes by itself, nobody overrun."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from gmconfig import SecretsManager
from gmconfig.errors import BrokenConfiguration, GmconfigError, Refused
from gmconfig.target.declared import targets
from gmconfig.target.errors import Unreachable
from gmconfig.target.kind import UNMANAGED, Access, Release
from gmconfig.target.marker import marker_of
from gmconfig.target.registry import kind_of
from gmconfig.target.rendering import Renderer
from tests.peers import Sops
from tests.target.places import FILE, branch_folder_place, branch_place, clone_of, deploy, release
from tests.target.servers import program

PLAIN = (b"correct-horse-battery", b"0123456789abcdef0123456789abcdef")


def git(*words: str, cwd: Path) -> str:
    return subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


def applied(project, number: int = 1, name: str = "cluster") -> str:
    """Render the target and make it live, as an apply does."""
    target = targets(project)[name]
    rendering = Renderer(project, project.worktree()).render(target)
    record = f"production-{number}"
    marker = marker_of(
        rendering,
        target,
        release=record,
        record=record,
        commit="c" * 40,
        fencing=number,
        time=f"2026-{number}",
    )
    kind = kind_of(target, Access(project.root, os.environ))
    one = Release(record, rendering.needed_files(), marker)
    kind.stage(one)
    return kind.activate(one, expected=kind.read().release)


def every_byte(repo: Path) -> bytes:
    """Give the content of every object of a repository."""
    listed = git("cat-file", "--batch-check", "--batch-all-objects", cwd=repo).splitlines()
    feed = "".join(f"{line.split()[0]}\n" for line in listed).encode()
    return subprocess.run(
        ["git", "cat-file", "--batch"], cwd=repo, input=feed, check=True, capture_output=True
    ).stdout


CLUSTER = "  cluster: {environment: production, kind: branch, branch: rendered, documents: [settings, flags]"


@pytest.mark.parametrize(
    "how",
    ["", ", secrets: sealed", ", format: configmap", ", format: secret", ", format: dotenv, kustomize: true"],
)
def test_nothing_plain_is_on_the_branch(with_targets, repo: Path, how: str):
    project = with_targets(f"{CLUSTER}{how}}}\n")
    tip = applied(project)
    assert git("rev-parse", "rendered", cwd=repo) == tip
    assert not any(secret in every_byte(repo) for secret in PLAIN)


def test_plain_secrets_are_refused(with_targets):
    project = with_targets(f"{CLUSTER}, secrets: plain}}\n")
    with pytest.raises(BrokenConfiguration, match="takes no plain secrets"):
        kind_of(targets(project)["cluster"], Access(project.root))


def test_the_same_again_is_no_commit_and_nothing_in_it_is_a_time_or_an_id(with_targets, repo: Path):
    project = with_targets(f"{CLUSTER}}}\n")
    first = applied(project)
    assert applied(project, 2) == first
    content = "".join(
        git("show", f"rendered:{name}", cwd=repo)
        for name in git("ls-tree", "--name-only", "-r", "rendered", cwd=repo).split()
    )
    assert "production-1" not in content
    assert "c" * 40 not in content
    settings = repo / "config/settings.yaml"
    settings.write_text(settings.read_text().replace("5432", "6543"))
    second = applied(project, 3)
    assert git("rev-parse", f"{second}^", cwd=repo) == first
    assert "Gmconfig-Record: production-3" in git("log", "-1", "--format=%B", "rendered", cwd=repo)
    assert "database" not in git("log", "-1", "--format=%an%ae%cn", "rendered", cwd=repo)


def test_it_is_an_orphan_branch(with_targets, repo: Path):
    first = applied(with_targets(f"{CLUSTER}}}\n"))
    assert git("rev-list", "--count", "rendered", cwd=repo) == "1"
    assert git("rev-list", "--max-parents=0", "rendered", cwd=repo) == first
    assert git("status", "--porcelain", "--untracked-files=no", cwd=repo) == "M gmconfig.yaml"


def test_a_branch_that_is_checked_out_is_left_alone(with_targets, repo: Path):
    project = with_targets("  cluster: {environment: production, kind: branch, branch: main}\n")
    target = targets(project)["cluster"]
    kind = kind_of(target, Access(project.root, take_over=True))
    assert kind.read().release == UNMANAGED
    with pytest.raises(Refused, match="checked out"):
        kind.activate(release(1), expected=UNMANAGED)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("branch: 'a..b'", "cannot name a branch"),
        ("branch: -x, folder: ../../x", "does not stay on the branch"),
        ("folder: a/.git/hooks", "does not stay on the branch"),
        ("repository: --upload-pack=touch /tmp/owned", "not an address of a repository"),
    ],
)
def test_hostile_names_are_refused(with_targets, how: str, message: str):
    project = with_targets(f"  cluster: {{environment: production, kind: branch, {how}}}\n")
    with pytest.raises(BrokenConfiguration, match=message):
        kind_of(targets(project)["cluster"], Access(project.root))


# sops


@pytest.fixture
def sops(tmp_path: Path) -> Sops:
    folder = tmp_path / "sops"
    folder.mkdir()
    return Sops(folder)


def test_the_real_sops_opens_the_encrypted_document(with_targets, repo: Path, sops: Sops):
    project = with_targets(f"{CLUSTER}, secrets: sops, recipients: [{sops.recipient}]}}\n")
    applied(project)
    assert git("ls-tree", "--name-only", "rendered", cwd=repo).split() == [
        "flags.flagd.json",
        "settings.sops.yaml",
    ]
    assert not any(secret in every_byte(repo) for secret in PLAIN)
    file = sops.folder / "settings.sops.yaml"
    file.write_text(git("show", "rendered:settings.sops.yaml", cwd=repo) + "\n")
    assert yaml.safe_load(sops.decrypt(file))["database"]["password"] == PLAIN[0].decode()


def test_the_real_sops_opens_the_encrypted_manifest(with_targets, repo: Path, sops: Sops):
    how = f"secrets: sops, format: secret, name: web, namespace: shop, recipients: [{sops.recipient}]"
    project = with_targets(f"  cluster: {{environment: production, kind: branch, branch: rendered, {how}}}\n")
    applied(project)
    raw = git("show", "rendered:settings.sops.yaml", cwd=repo) + "\n"
    manifest = yaml.safe_load(raw)
    assert (manifest["kind"], manifest["metadata"]) == ("Secret", {"name": "web", "namespace": "shop"})
    assert manifest["stringData"]["settings.yaml"].startswith("ENC[")
    file = sops.folder / "settings.sops.yaml"
    file.write_text(raw)
    opened = yaml.safe_load(sops.decrypt(file))
    assert yaml.safe_load(opened["stringData"]["settings.yaml"])["database"]["password"] == PLAIN[0].decode()


def test_encrypting_again_is_no_change(with_targets, repo: Path, sops: Sops):
    project = with_targets(f"{CLUSTER}, secrets: sops, recipients: [{sops.recipient}]}}\n")
    first = applied(project)
    assert applied(project, 2) == first
    SecretsManager(root=repo).update_secret("db_password", "the-password-of-today")
    assert applied(project, 3) != first


def test_somebody_must_be_able_to_open_it(with_targets):
    project = with_targets(f"{CLUSTER}, secrets: sops}}\n")
    with pytest.raises(BrokenConfiguration, match="nobody whom sops encrypts for"):
        applied(project)


# kustomize


def test_kustomize_finds_every_file(with_targets, repo: Path, sops: Sops):
    how = f"secrets: sops, recipients: [{sops.recipient}], kustomize: true, name: Web, namespace: shop"
    project = with_targets(f"{CLUSTER}, {how}}}\n")
    applied(project)
    content = yaml.safe_load(git("show", "rendered:kustomization.yaml", cwd=repo))
    assert content == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "shop",
        "secretGenerator": [{"name": "web-settings", "files": ["settings.yaml=settings.sops.yaml"]}],
        "configMapGenerator": [{"name": "web-flags", "files": ["flags.flagd.json"]}],
    }
    kind = kind_of(targets(project)["cluster"], Access(project.root))
    rendering = Renderer(project, project.worktree()).render(targets(project)["cluster"])
    live = kind.read()
    assert live.untouched
    assert rendering.strangers(live.files) == []
    assert rendering.parsed(live.files)[1] == {"settings": "it is encrypted"}


def test_dotenv_becomes_a_key_a_variable(with_targets, repo: Path):
    applied(with_targets(f"{CLUSTER}, format: dotenv, kustomize: true}}\n"))
    content = yaml.safe_load(git("show", "rendered:kustomization.yaml", cwd=repo))
    assert {"name": "settings", "envs": ["settings.env"]} in content["configMapGenerator"]


def test_manifests_are_kustomizes_resources(with_targets, repo: Path):
    how = "documents: [settings], format: configmap, kustomize: true"
    applied(with_targets(f"  cluster: {{environment: production, kind: branch, branch: rendered, {how}}}\n"))
    content = yaml.safe_load(git("show", "rendered:kustomization.yaml", cwd=repo))
    assert content["resources"] == ["settings.configmap.yaml"]
    manifest = yaml.safe_load(git("show", "rendered:settings.configmap.yaml", cwd=repo))
    assert set(manifest) == {"apiVersion", "kind", "metadata", "data"}
    assert yaml.safe_load(manifest["data"]["settings.yaml"])["database"]["pool"]


# The other side


def test_what_others_have_beside_our_folder_stays(tmp_path: Path):
    place = branch_folder_place(tmp_path)
    first = deploy(place.open(), release(1))
    clone = clone_of(tmp_path / "remote.git", "env/production")
    (clone / "README.md").write_text("changed meanwhile")
    git("add", "-A", cwd=clone)
    git("commit", "-qm", "theirs", cwd=clone)
    git("push", "-q", "origin", "env/production", cwd=clone)
    assert place.open().read().untouched
    second = deploy(place.open(), release(2), expected=first)
    place.open().revert(None, expected=second, fencing=3)
    files = git("ls-tree", "-r", "--name-only", "env/production", cwd=tmp_path / "remote.git")
    assert files == "README.md"


def test_a_hook_that_declines_is_quoted_and_nothing_has_moved(tmp_path: Path):
    place = branch_place(tmp_path)
    first = deploy(place.open(), release(1))
    hook = tmp_path / "remote.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'error: only on weekdays' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GmconfigError, match="only on weekdays"):
        deploy(place.open(), release(2), expected=first)
    assert place.open().read().release == first
    hook.unlink()
    deploy(place.open(), release(2), expected=first)


def test_a_remote_that_is_gone_is_unreachable(tmp_path: Path):
    place = branch_place(tmp_path)
    (tmp_path / "remote.git").rename(tmp_path / "moved.git")
    with pytest.raises(Unreachable, match="origin cannot be asked"):
        place.open().read()


def test_another_repository_by_its_folder(tmp_path: Path):
    place = branch_place(tmp_path)
    git("init", "-q", "--bare", str(tmp_path / "other.git"), cwd=tmp_path)
    kind = place.open(settings={"repository": "../other.git", "branch": "shop"})
    tip = deploy(kind, release(1))
    assert git("rev-parse", "shop", cwd=tmp_path / "other.git") == tip
    assert git("for-each-ref", "refs/heads", cwd=tmp_path / "remote.git") == ""


def test_a_branch_that_only_ends_alike_is_another_one_and_commits_are_signed_as_the_users_are(tmp_path: Path):
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    place, bare = branch_place(tmp_path), tmp_path / "remote.git"
    key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "ann")]
    subprocess.run(key, check=True)
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingkey", f"{tmp_path}/ann.pub"),
        ("commit.gpgsign", "true"),
    ):
        git("config", name, value, cwd=tmp_path / "project")
    first = deploy(place.open(), release(1))
    assert "\ngpgsig " in git("cat-file", "commit", first, cwd=bare)
    stranger = git("commit-tree", "-m", "x", f"{first}^{{tree}}", cwd=bare)
    git("update-ref", "refs/heads/a/refs/heads/env/production", stranger, cwd=bare)
    assert place.open().read().release == first


def test_a_file_of_another_kind_shows(tmp_path: Path):
    place = branch_place(tmp_path)
    deploy(place.open(), release(1))
    clone = clone_of(tmp_path / "remote.git", "env/production")
    (clone / "link.yaml").symlink_to("/etc/passwd")
    git("add", "-A", cwd=clone)
    git("commit", "-qm", "a link", cwd=clone)
    git("push", "-q", "origin", "env/production", cwd=clone)
    live = place.open().read()
    assert (live.untouched, live.problem) == (False, "no plain files: link.yaml")
    assert set(live.files) == {FILE}


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("name: Web, namespace: shop", "ConfigMap"),
        ("format: json", "ConfigMap"),
        ("format: configmap, name: web-settings, namespace: shop", "ConfigMap"),
        ("format: secret", "Secret"),
    ],
)
def test_the_real_kustomize_builds_the_branch(with_targets, repo: Path, tmp_path: Path, how: str, kind: str):
    kubectl = program("kubectl", "apt install kubernetes-client")
    project = with_targets(f"{CLUSTER}, kustomize: true, {how}}}\n")
    applied(project)
    checkout = tmp_path / "checkout"
    git("worktree", "add", "-q", str(checkout), "rendered", cwd=repo)
    (checkout / ".git").unlink()
    built = subprocess.run(
        [kubectl, "kustomize", str(checkout)], env={"HOME": str(tmp_path)}, check=True, stdout=subprocess.PIPE
    ).stdout
    manifests = {one["metadata"]["name"]: one for one in yaml.safe_load_all(built)}
    settings = next(one for name, one in manifests.items() if "settings" in name)
    assert (len(manifests), settings["kind"]) == (2, kind)
    assert settings["metadata"].get("namespace") == ("shop" if "shop" in how else None)
    content = str(settings.get("data") or settings.get("stringData"))
    assert "trading" in content or kind == "Secret"
    assert not any(secret in built for secret in PLAIN)


def test_the_manifests_for_argo_cd_and_flux_follow_what_a_deployment_writes(
    with_targets, repo: Path, tmp_path: Path
):
    """The example's target is deployed; what its manifests name is there, and builds."""
    gitops = Path(__file__).parents[2] / "examples" / "gitops"
    example = re.search(r"```yaml\ntargets:\n(.+?)```", (gitops / "README.md").read_text(), re.DOTALL)
    project = with_targets(example[1])
    git("init", "-q", "--bare", str(tmp_path / "remote.git"), cwd=repo)
    git("remote", "add", "origin", str(tmp_path / "remote.git"), cwd=repo)
    applied(project)
    application = yaml.safe_load((gitops / "argocd-application.yaml").read_text())["spec"]
    source, kustomization = yaml.safe_load_all((gitops / "flux.yaml").read_text())
    branches = {application["source"]["targetRevision"], source["spec"]["ref"]["branch"]}
    assert branches == {"env/production"}
    assert kustomization["spec"]["sourceRef"] == {"kind": source["kind"], "name": source["metadata"]["name"]}
    checkout = clone_of(tmp_path / "remote.git", "env/production")
    for path in (application["source"]["path"], kustomization["spec"]["path"]):
        built = subprocess.check_output(
            [program("kubectl", "apt install kubernetes-client"), "kustomize", str(checkout / path)],
            env={"HOME": str(tmp_path)},
        )
        [namespace] = {one["metadata"]["namespace"] for one in yaml.safe_load_all(built)}
        assert namespace == application["destination"]["namespace"]
