"""`metaethno completion bash|zsh|fish`: a script by which the shell completes commands, options and file names."""

from __future__ import annotations

import argparse

from metaethno.commands import out

SHELLS = ("bash", "zsh", "fish")
# Where the script goes, so that the shell finds it by itself; as a comment on its first line.
_PLACES = {
    "bash": "metaethno completion bash > ~/.local/share/bash-completion/completions/metaethno",
    "zsh": "metaethno completion zsh > ~/.zfunc/_metaethno   (with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc)",
    "fish": "metaethno completion fish > ~/.config/fish/completions/metaethno.fish",
}


def main(arguments: argparse.Namespace) -> int:
    """Print the script; it is made once, so that completing needs no start of Python."""
    import shtab

    from metaethno.cli import parser

    script = shtab.complete(parser(), shell=arguments.shell)
    # zsh wants `#compdef` on the first line.
    first, _, rest = script.partition("\n")
    out.plain(f"{first}\n# To install it: {_PLACES[arguments.shell]}\n{rest}".rstrip())
    return 0
