"""The kinds of target that come with gmconfig, one module or package each."""
