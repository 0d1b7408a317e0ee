"""vLLM's manners: its checks, its errors, its answers, made from what llama.cpp takes and gives."""
