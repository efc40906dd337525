"""How much faster chapter 7.4 evaluates by generation than the course's loop.

``python -m tools.bench_translation`` translates the same 300 validation sentences with
the same checkpoint and the same beams in both ways, in turns, and prints sentences a
second, their ratio and both BLEU scores: greedy, as the tiny profile does it, and with
four beams, as `sample` and `full` do.
"""

import time

import torch
from datasets import load_dataset
from torch.utils.data import DataLoader
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, DataCollatorForSeq2Seq

from helpers.generation import generate_texts
from helpers.runtime import find_device
from helpers.translation import Bleu, decode_ids, tokenize_pairs
from offline import stand_in

MAX_LENGTH = 128
LANGUAGES = {"source_lang": "en", "target_lang": "fr"}
# Beams, and the batch.  Beams multiply its rows, and on a CPU reordering their cache
# costs more than larger batches save.
SEARCHES = ((1, 128), (4, 64 if torch.cuda.is_available() else 32))


def evaluate_as_the_course(
    model, tokenizer, dataloader, *, num_beams: int
) -> list[str]:
    """The evaluation of the course's Accelerate loop: batches of 8, as they come."""
    model.eval()
    texts = []
    for batch in dataloader:
        batch = batch.to(model.device)
        with torch.no_grad():
            generated = model.generate(
                batch["input_ids"],
                attention_mask=batch["attention_mask"],
                max_length=MAX_LENGTH,
                num_beams=num_beams,
            )
        texts += decode_ids(generated.cpu(), tokenizer)
    return texts


def bench_generation(
    *, num_beams: int, batch_size: int, repeats: int = 3
) -> dict[str, float]:
    """Compares the two ways; prints and returns rates (sentences/s), ratio and BLEU.

    ``batch_size`` is ours; the course's loop takes batches of 8.
    """
    folder = stand_in("marian_ui")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSeq2SeqLM.from_pretrained(folder).to(find_device())
    dataset = load_dataset(stand_in("ui_strings"), split="train")
    rows = dataset.train_test_split(train_size=0.9, seed=20)["test"]
    sources = [pair["en"] for pair in rows["translation"]]
    references = [pair["fr"] for pair in rows["translation"]]
    encoded = rows.map(
        tokenize_pairs,
        batched=True,
        fn_kwargs={"tokenizer": tokenizer, "max_length": MAX_LENGTH, **LANGUAGES},
        remove_columns=rows.column_names,
    )
    collate = DataCollatorForSeq2Seq(tokenizer, model=model)
    dataloader = DataLoader(encoded, batch_size=8, collate_fn=collate)
    ways = {
        "course": lambda: evaluate_as_the_course(
            model, tokenizer, dataloader, num_beams=num_beams
        ),
        "ours": lambda: generate_texts(
            sources,
            model,
            tokenizer,
            max_new_tokens=MAX_LENGTH,
            num_beams=num_beams,
            batch_size=batch_size,
        ),
    }
    result = {}
    for _ in range(repeats):
        for name, translate in ways.items():
            start = time.perf_counter()
            texts = translate()
            rate = len(sources) / (time.perf_counter() - start)
            result[f"{name}_per_second"] = max(
                rate, result.get(f"{name}_per_second", 0.0)
            )
            score = Bleu().compute(predictions=texts, references=references)["score"]
            result[f"{name}_bleu"] = score
    result["ratio"] = result["ours_per_second"] / result["course_per_second"]
    for name in ways:
        print(
            f"{name:<7} {result[f'{name}_per_second']:7.1f} sentences/s, "
            f"BLEU {result[f'{name}_bleu']:.3f}"
        )
    search = f"{num_beams} beams" if num_beams > 1 else "greedy search"
    print(f"ratio   {result['ratio']:.2f} with {search}, batches of {batch_size}")
    return result


if __name__ == "__main__":
    for num_beams, batch_size in SEARCHES:
        bench_generation(num_beams=num_beams, batch_size=batch_size)
