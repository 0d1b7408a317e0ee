"""The wire: prompt bytes out, server-sent events in; signing, retry and errors."""
