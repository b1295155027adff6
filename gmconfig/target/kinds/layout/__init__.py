"""Releases on a disk, here or on another host: kept side by side in a hidden folder, one of them live.

`folder.py` flips a symlink, `single.py` replaces one file; what they share is `layout.py`. All stand on `store.py`,
which keeps the releases, and on a `Disk`, which `local_disk.py` is for this machine.
"""
