"""A language model that knows nothing, for speaking the protocol with a real vLLM in seconds, without a download.

Run by the interpreter that has vLLM: `python tiny_model.py FOLDER` writes a Llama of random weights to FOLDER/model,
with a tokenizer trained on the words below, and two LoRA adapters of random weights to FOLDER/coding and FOLDER/cdi.
The same seed gives the same weights, so that an answer that changes is a change of vLLM's.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import torch  # type: ignore[import-not-found, unused-ignore]
from safetensors.torch import save_file  # type: ignore[import-not-found, unused-ignore]
from tokenizers import (  # type: ignore[import-not-found, unused-ignore]
    Tokenizer,
    decoders,
    models,
    pre_tokenizers,
    trainers,
)
from transformers import (  # type: ignore[import-not-found, unused-ignore]
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

SEED = 20261121
CONTEXT = 2048
WIDTH, LAYERS, HEADS, KEY_HEADS = 64, 2, 2, 1  # heads of 32: vLLM has no CPU kernel for narrower ones
RANK = 8
ADAPTERS = ("coding", "cdi")
END, BEGIN_TURN, PAD = "<|end|>", "<|turn|>", "<|pad|>"
TEMPLATE = (
    "{% for message in messages %}<|turn|>{{ message['role'] }}\n{{ message['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}"
)
WORDS = [
    "The patient presents with acute on chronic systolic heart failure, type 2 diabetes mellitus and hypertension.",
    "Pneumonia was ruled out. Continue metformin and furosemide. Denies chest pain, fever and shortness of breath.",
    '{"codes": [{"code": "I50.23", "quotes": ["acute on chronic"], "reason": "stated by the provider"}]}',
    "You are a medical coder. Answer yes or no. Choose one of the candidates below; quote the note word for word.",
    "E11.9 I10 J18.9 N17.9 I50.22 Z79.4 0123456789 système cardiaque, Größe, température 39,5 °C",
]


def main(folder: Path) -> None:
    building = folder.with_name(folder.name + ".building")
    shutil.rmtree(building, ignore_errors=True)
    save_tokenizer(building / "model")
    save_base(building / "model")
    for number, name in enumerate(ADAPTERS):
        save_adapter(building / name, seed=SEED + 1 + number)
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)  # a build that was interrupted leaves nothing that looks finished


def save_tokenizer(folder: Path) -> None:
    """Byte-level, so that any text has tokens, and a single token may be half a letter as in real models."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=[PAD, END, BEGIN_TURN],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(WORDS, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, model_max_length=CONTEXT, chat_template=TEMPLATE
    )
    fast.save_pretrained(folder)


def save_base(folder: Path) -> None:
    torch.manual_seed(SEED)
    vocabulary = len(PreTrainedTokenizerFast.from_pretrained(folder))
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=KEY_HEADS,
        max_position_embeddings=CONTEXT,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=1,
        initializer_range=0.2,  # wide, so that the model prefers some tokens over others
    )
    LlamaForCausalLM(config).save_pretrained(folder)


def save_adapter(folder: Path, *, seed: int) -> None:
    """As the `peft` library writes one. B is random too: at its usual zeros an adapter would change nothing."""
    torch.manual_seed(seed)
    folder.mkdir(parents=True)
    key_width = WIDTH // HEADS * KEY_HEADS
    tensors = {}
    for layer in range(LAYERS):
        for name, out in (("q_proj", WIDTH), ("v_proj", key_width), ("o_proj", WIDTH)):
            stem = f"base_model.model.model.layers.{layer}.self_attn.{name}"
            tensors[f"{stem}.lora_A.weight"] = torch.randn(RANK, WIDTH) * 0.2
            tensors[f"{stem}.lora_B.weight"] = torch.randn(out, RANK) * 0.2
    save_file(tensors, folder / "adapter_model.safetensors")
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": "tiny",
        "r": RANK,
        "lora_alpha": 2 * RANK,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": ["q_proj", "v_proj", "o_proj"],
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
