"""Tests in a real JupyterLab; a package, so that its browser ends with its tests."""
