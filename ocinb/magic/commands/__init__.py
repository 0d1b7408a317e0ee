"""The subcommands of `%ocichat`, their help, and what Tab offers."""
