"""The models and flags that have names: the user's file, the kernel, the deployments."""
