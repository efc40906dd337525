"""A 1.6M-parameter GPT-2 that writes sentences in the manner of library documentation.

Trained from scratch, with a tokenizer of its own, on the docstring prose of the
installed libraries and on made sentences about everyday things.  The result is kept in
``offline/checkpoints/prose_gpt2``; ``python -m offline prose_gpt2`` makes it again.
"""

import importlib.metadata
import json
import random
import time
from pathlib import Path

from offline import _prose

RECIPES = ("_prose",)
STEPS = 600
BATCH_SIZE = 48
SEQUENCE_LENGTH = 64
VOCABULARY = 4000


def train_tokenizer(texts: list[str]):
    """A byte-level BPE tokenizer; its only special token ends a text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    end = "<|endoftext|>"
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[end],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=end,
        eos_token=end,
        pad_token=end,
        unk_token=end,
        model_max_length=2 * SEQUENCE_LENGTH,
    )


def build(folder: Path) -> None:
    """Trains the model (minutes) and writes the checkpoint."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    start = time.perf_counter()
    rng = random.Random(0)
    sentences = _prose.read_sentences() + _prose.everyday_sentences(12000, seed=11)
    rng.shuffle(sentences)
    # documents of four sentences
    texts = [" ".join(sentences[i : i + 4]) for i in range(0, len(sentences), 4)]
    held_out, texts = texts[:200], texts[200:]
    tokenizer = train_tokenizer(texts)

    def pack(texts: list[str]) -> torch.Tensor:
        encoded = tokenizer(texts)["input_ids"]
        ids = [token for row in encoded for token in [*row, tokenizer.eos_token_id]]
        width = SEQUENCE_LENGTH
        return torch.tensor(ids[: len(ids) // width * width]).view(-1, width)

    blocks, unseen = pack(texts), pack(held_out)
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=2 * SEQUENCE_LENGTH,
        n_embd=144,
        n_layer=4,
        n_head=4,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
    )
    model = GPT2LMHeadModel(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=3e-3, total_steps=STEPS, pct_start=0.08
    )
    model.train()
    for step in range(STEPS):
        rows = torch.randint(len(blocks), (BATCH_SIZE,))
        # positions from the second half of the range too, so that all are trained
        offset = SEQUENCE_LENGTH if step % 4 == 3 else 0
        positions = torch.arange(SEQUENCE_LENGTH) + offset
        batch = blocks[rows]
        loss = model(batch, position_ids=positions[None], labels=batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if (step + 1) % 100 == 0:
            print(f"step {step + 1}/{STEPS} loss {loss.item():.3f}", flush=True)
    model.eval()
    model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    config_file = Path(folder, "config.json")
    saved = json.loads(config_file.read_text("utf-8"))
    # half the bytes in git; loaded as float32 again
    saved["dtype"] = "float32"
    config_file.write_text(json.dumps(saved, indent=2) + "\n", "utf-8")
    write_manifest(folder, unseen, time.perf_counter() - start)


def write_manifest(folder: Path, unseen, seconds: float) -> None:
    """Records recipe, versions and the quality of the saved model on unseen text."""
    import torch
    from transformers import AutoModelForCausalLM

    import offline

    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    with torch.no_grad():
        losses = [model(rows, labels=rows).loss for rows in unseen.split(32)]
    record = {
        "recipe": "offline/prose_gpt2.py",
        "recipe_hash": offline.recipe_hash("prose_gpt2"),
        "licence": "Apache-2.0",
        "parameters": model.num_parameters(),
        "training_seconds": round(seconds),
        "versions": {
            name: importlib.metadata.version(name) for name in ("torch", "transformers")
        },
        "held_out_perplexity": round(torch.stack(losses).mean().exp().item(), 1),
    }
    text = json.dumps(record, indent=2) + "\n"
    Path(folder, "MANIFEST.json").write_text(text, "utf-8")
