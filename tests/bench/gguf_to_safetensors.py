"""Unpack a quantised GGUF into plain weights: vLLM's CPU build cannot serve GGUF. For the interpreter that has vLLM.

python gguf_to_safetensors.py MODEL.gguf FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch  # type: ignore[import-not-found, unused-ignore]
from transformers import (  # type: ignore[import-not-found, unused-ignore]
    AutoModelForCausalLM,
    AutoTokenizer,
)


def main(packed: Path, folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(packed.parent, gguf_file=packed.name)
    assert tokenizer.chat_template, "The file holds no chat template."
    tokenizer.save_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(packed.parent, gguf_file=packed.name, dtype=torch.float32)
    model.hf_quantizer = None  # plain weights now, whatever it thinks of itself
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
