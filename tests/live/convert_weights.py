"""Turn the small model's GGUF file into a folder that vLLM can serve.

    python tests/live/convert_weights.py WEIGHTS.gguf FOLDER

Runs in vLLM's own environment: needs torch, transformers, safetensors and gguf.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer


def convert(weights: Path, folder: Path) -> None:
    """Write config, bf16 weights and tokenizer with its chat template."""
    folder.mkdir(parents=True, exist_ok=True)
    source = {"gguf_file": weights.name, "local_files_only": True}
    model = AutoModelForCausalLM.from_pretrained(
        weights.parent, dtype=torch.bfloat16, **source
    )
    tied = model.config.tie_word_embeddings
    tensors = {
        name: tensor.to(torch.bfloat16).clone().contiguous()
        for name, tensor in model.state_dict().items()
        if not (tied and name == "lm_head.weight")
    }
    # `model.save_pretrained` refuses a model that was read from a quantised file.
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    settings = model.config.to_dict() | {"architectures": [type(model).__name__]}
    settings.pop("quantization_config", None)  # of the file that was read
    (folder / "config.json").write_text(json.dumps(settings, indent=2))
    model.generation_config.save_pretrained(folder)
    AutoTokenizer.from_pretrained(weights.parent, **source).save_pretrained(folder)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
