"""Training loops of chapters 3, 7.4 and 7.5 against the course's own, on equal work.

    python -m tools.bench_training            all three
    python -m tools.bench_training ch3        one of them

Both loops train the same checkpoint on the same rows in the same batches for one epoch
and score the same validation rows, in turns; printed is the median of the ratios.  What
differs is what the notebook does otherwise: larger batches for the evaluation, sorted
by length where it generates, a fused optimizer where one is used.  Chapter 7.6 has a
bench of its own.
"""

import argparse
import contextlib
import functools
import io
import statistics
import sys
import tempfile
import time

import torch
from accelerate import Accelerator
from datasets import load_dataset
from torch.utils.data import DataLoader
from transformers import (
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    DataCollatorWithPadding,
    get_scheduler,
    set_seed,
)

from helpers.classification import AccuracyF1, tokenize_pairs
from helpers.runtime import mixed_precision
from helpers.summarization import load_sentence_splitter, rouge_by_language
from helpers.summarization import tokenize_reviews as tokenize_titles
from helpers.translation import Bleu, decode_ids
from helpers.translation import tokenize_pairs as tokenize_translations
from offline import stand_in
from tools.notebooks import lifted
from tools.train_124m import be_quiet

COURSE_BATCH = 8  # of its evaluations, in every chapter


def course_loop(model, train_dataset, eval_dataset, collate, evaluate, *, batch_size):
    """The course's loop: what it prepares, its evaluation in batches of 8, unsorted."""
    accelerator = Accelerator(mixed_precision=mixed_precision())
    set_seed(0)
    model, optimizer, train_dataloader, eval_dataloader = accelerator.prepare(
        model,
        torch.optim.AdamW(model.parameters(), lr=2e-5),
        DataLoader(train_dataset, batch_size, shuffle=True, collate_fn=collate),
        DataLoader(eval_dataset, COURSE_BATCH, collate_fn=collate),
    )
    scheduler = get_scheduler("linear", optimizer, 0, len(train_dataloader))
    model.train()
    for batch in train_dataloader:
        accelerator.backward(model(**batch).loss)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
    model.eval()
    return evaluate(model, eval_dataloader, accelerator)


def course_texts(model, dataloader, accelerator, tokenizer, *, max_length):
    """Generated and reference texts, as the course's loops collect them."""
    generated_texts, reference_texts = [], []
    pad = functools.partial(accelerator.pad_across_processes, dim=1)
    for batch in dataloader:
        with torch.no_grad():
            generated = accelerator.unwrap_model(model).generate(
                batch["input_ids"],
                attention_mask=batch["attention_mask"],
                max_length=max_length,
            )
        generated = accelerator.gather(pad(generated, pad_index=tokenizer.pad_token_id))
        labels = accelerator.gather(pad(batch["labels"], pad_index=-100))
        generated_texts += decode_ids(generated.cpu(), tokenizer)
        reference_texts += decode_ids(labels.cpu(), tokenizer)
    return generated_texts, reference_texts


def classification():
    """The two loops of chapter 3; each call trains a new model."""
    checkpoint = stand_in("minilm")
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    collate = DataCollatorWithPadding(tokenizer)
    rows = load_dataset(stand_in("paraphrases"), "mrpc")
    rows = rows.map(tokenize_pairs, batched=True, fn_kwargs={"tokenizer": tokenizer})
    columns = ["input_ids", "token_type_ids", "attention_mask", "label"]
    train = rows["train"].select(range(400)).select_columns(columns)
    validation = rows["validation"].select_columns(columns)
    notebook = lifted("ch3", "evaluate_classifier", "training_function")

    def new_model():
        return AutoModelForSequenceClassification.from_pretrained(
            checkpoint, num_labels=2
        )

    def evaluate(model, dataloader, accelerator):
        metric = AccuracyF1()
        for batch in dataloader:
            with torch.no_grad():
                logits = model(**batch).logits
            predictions, references = accelerator.gather_for_metrics(
                (logits.argmax(dim=-1), batch["labels"])
            )
            metric.add_batch(predictions=predictions, references=references)
        return metric.compute()

    def ours(folder):
        notebook["training_function"](
            new_model(),
            train,
            validation,
            collate,
            notebook["evaluate_classifier"],
            learning_rate=2e-5,
            batch_size=8,
            num_train_epochs=1,
            seed=0,
            output_dir=folder,
            mixed_precision=mixed_precision(),
        )

    def course(folder):
        course_loop(new_model(), train, validation, collate, evaluate, batch_size=8)

    return ours, course


def translation():
    """The two loops of chapter 7.4, on 960 pairs and 300 to be translated."""
    checkpoint = stand_in("marian_ui")
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    rows = load_dataset(stand_in("ui_strings"), split="train")
    languages = {"source_lang": "en", "target_lang": "fr"}
    rows = rows.map(
        tokenize_translations,
        batched=True,
        fn_kwargs={"tokenizer": tokenizer, "max_length": 128, **languages},
        remove_columns=rows.column_names,
    )
    train, validation = rows.select(range(960)), rows.select(range(2700, 3000))
    lengths = [len(ids) for ids in validation["input_ids"]]
    longest_first = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    notebook = lifted("ch7_translation", "evaluate_translations", "training_function")
    new_model = functools.partial(AutoModelForSeq2SeqLM.from_pretrained, checkpoint)

    def evaluate(model, dataloader, accelerator):
        texts = course_texts(model, dataloader, accelerator, tokenizer, max_length=128)
        return Bleu().compute(predictions=texts[0], references=texts[1])

    def ours(folder):
        # The loop also scores the untrained model; the course's does not.
        notebook["training_function"](
            new_model(),
            tokenizer,
            train,
            validation.select(longest_first),
            functools.partial(
                notebook["evaluate_translations"],
                tokenizer=tokenizer,
                max_new_tokens=128,
                num_beams=1,
            ),
            learning_rate=2e-5,
            batch_size=32,
            eval_batch_size=128,
            num_train_epochs=1,
            weight_decay=0.01,
            seed=0,
            output_dir=folder,
            mixed_precision=mixed_precision(),
        )

    def course(folder):
        model = new_model()
        collate = DataCollatorForSeq2Seq(tokenizer, model=model)
        course_loop(model, train, validation, collate, evaluate, batch_size=32)

    return ours, course


def summarization():
    """The two loops of chapter 7.5, on 320 reviews and 128 to be titled."""
    checkpoint = stand_in("mt5_reviews")
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    rows = load_dataset(stand_in("reviews"), "en", split="train").select(range(448))
    splitter, _ = load_sentence_splitter("en", rows["review_body"])
    rows = rows.map(
        tokenize_titles,
        batched=True,
        fn_kwargs={"tokenizer": tokenizer},
        remove_columns=rows.column_names,
    )
    train, validation = rows.select(range(320)), rows.select(range(320, 448))
    kinds = {"languages": ["en"] * 128, "splitters": {"en": splitter}}
    notebook = lifted("ch7_summarization", "evaluate_summaries", "training_function")
    new_model = functools.partial(AutoModelForSeq2SeqLM.from_pretrained, checkpoint)

    def evaluate(model, dataloader, accelerator):
        texts = course_texts(model, dataloader, accelerator, tokenizer, max_length=30)
        return rouge_by_language(*texts, *kinds.values())

    def ours(folder):
        model = new_model()
        notebook["training_function"](
            model,
            train,
            validation,
            DataCollatorForSeq2Seq(tokenizer, model=model),
            functools.partial(
                notebook["evaluate_summaries"],
                tokenizer=tokenizer,
                max_new_tokens=30,
                **kinds,
            ),
            learning_rate=2e-5,
            batch_size=8,
            num_train_epochs=1,
            seed=0,
            output_dir=folder,
            mixed_precision=mixed_precision(),
        )

    def course(folder):
        model = new_model()
        collate = DataCollatorForSeq2Seq(tokenizer, model=model)
        course_loop(model, train, validation, collate, evaluate, batch_size=8)

    return ours, course


CHAPTERS = {
    "ch3": classification,
    "ch7_translation": translation,
    "ch7_summarization": summarization,
}


def seconds(loop) -> float:
    """How long one loop takes, writing into a folder of its own; it prints nothing."""
    silence = contextlib.redirect_stdout(io.StringIO())
    with tempfile.TemporaryDirectory() as folder, silence:
        start = time.perf_counter()
        loop(folder)
        return time.perf_counter() - start


def main(argv=None) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench_training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("chapters", nargs="*", default=list(CHAPTERS))
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args(argv)
    be_quiet()
    print("one epoch and its evaluation      ours, s   course, s   course / ours")
    for chapter in arguments.chapters:
        ours, course = CHAPTERS[chapter]()
        times = [(seconds(ours), seconds(course)) for _ in range(arguments.repeats)]
        ratio = statistics.median(slow / fast for fast, slow in times)
        mine, theirs = (
            statistics.median(column) for column in zip(*times, strict=True)
        )
        print(f"{chapter:<30} {mine:>10.1f} {theirs:>11.1f} {ratio:>15.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
