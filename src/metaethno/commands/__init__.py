"""One module per command, named `<command>_`, with `main(arguments) -> exit code`."""
