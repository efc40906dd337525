"""Training loops of chapters 3, 7.4 and 7.5 against the course's own, on equal work.

    python -m tools.bench_training            all three
    python -m tools.bench_training ch3        one of them

Both loops train the same model on the same rows for one epoch and score the same
validation rows, in turns; printed is the median of the ratios.  What differs is what
the notebook does otherwise: larger batches for the evaluation, sorted by length where
it generates, clipped gradients, a fused optimizer, the precision of the machine.
Writing checkpoints and models is timed apart: the course's loop writes none.

On a CPU the models are the tiny profile's.  On a GPU they have the sizes of `full` and
random weights: they generate until they are stopped, after 40 tokens and 30.  There the
notebook's loop also runs with batches of 32, beside the 8 that both have in `full`, and
with these once more in float32 with the matrix products in TF32: small steps spend more
time on starting kernels than on arithmetic, and mixed precision starts more of them.
Chapter 7.6 has a bench of its own.
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
from accelerate.state import AcceleratorState
from datasets import load_dataset
from torch.utils.data import DataLoader
from transformers import (
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    DataCollatorForSeq2Seq,
    DataCollatorWithPadding,
    MarianConfig,
    MT5Config,
    PreTrainedModel,
    get_scheduler,
    set_seed,
)

from helpers import checkpoints
from helpers.classification import AccuracyF1, tokenize_pairs
from helpers.runtime import mixed_precision
from helpers.summarization import load_sentence_splitter, rouge_by_language
from helpers.summarization import tokenize_reviews as tokenize_titles
from helpers.translation import Bleu, decode_ids, freeze_positions
from helpers.translation import tokenize_pairs as tokenize_translations
from offline import stand_in
from tools.bench_shapes import MT5_SMALL, OPUS_MT, give_own_head
from tools.measuring import be_quiet
from tools.notebooks import lifted

COURSE_BATCH = 8  # of its evaluations, in every chapter
ON_GPU = torch.cuda.is_available()


class Writing:
    """Counts the seconds that go into writing checkpoints and models."""

    def __init__(self):
        self.seconds = 0.0

    def counted(self, function):
        """The function, its time added up."""

        @functools.wraps(function)
        def timed(*arguments, **options):
            start = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds += time.perf_counter() - start

        return timed


def course_loop(model, train_dataset, eval_dataset, collate, evaluate, *, batch_size):
    """The course's loop: what it prepares, its evaluation in batches of 8, unsorted."""
    accelerator = Accelerator()  # in full precision
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


def course_texts(model, dataloader, accelerator, tokenizer, *, length, beams):
    """Generated and reference texts, as the course's loops collect them."""
    generated_texts, reference_texts = [], []
    pad = functools.partial(accelerator.pad_across_processes, dim=1)
    for batch in dataloader:
        with torch.no_grad():
            generated = accelerator.unwrap_model(model).generate(
                batch["input_ids"],
                attention_mask=batch["attention_mask"],
                max_new_tokens=length,
                num_beams=beams,
            )
        generated = accelerator.gather(pad(generated, pad_index=tokenizer.pad_token_id))
        labels = accelerator.gather(pad(batch["labels"], pad_index=-100))
        generated_texts += decode_ids(generated.cpu(), tokenizer)
        reference_texts += decode_ids(labels.cpu(), tokenizer)
    return generated_texts, reference_texts


def classification():
    """Makes models of chapter 3; its two loops; the rows that they train on."""
    checkpoint = stand_in("minilm")
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    collate = DataCollatorWithPadding(tokenizer)
    rows = load_dataset(stand_in("paraphrases"), "mrpc")
    rows = rows.map(tokenize_pairs, batched=True, fn_kwargs={"tokenizer": tokenizer})
    columns = ["input_ids", "token_type_ids", "attention_mask", "label"]
    train = rows["train"].select(range(1200 if ON_GPU else 400)).select_columns(columns)
    validation = rows["validation"].select_columns(columns)
    notebook = lifted("ch3", "evaluate_classifier", "training_function")

    def new_model():
        if ON_GPU:  # MiniLM's vocabulary is BERT's
            with torch.device("cuda"):
                return AutoModelForSequenceClassification.from_config(BertConfig())
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

    def ours(model, train, folder, batch_size, precision):
        notebook["training_function"](
            model,
            train,
            validation,
            collate,
            notebook["evaluate_classifier"],
            learning_rate=2e-5,
            batch_size=batch_size,
            num_train_epochs=1,
            seed=0,
            output_dir=folder,
            mixed_precision=precision,
        )

    def course(model, train, batch_size):
        course_loop(model, train, validation, collate, evaluate, batch_size=batch_size)

    return new_model, ours, course, train


def translation():
    """The same for chapter 7.4; on a GPU nine pairs to one, as in `full`."""
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
    train = rows.select(range(960))
    validation = rows.select(range(2700, 2810 if ON_GPU else 3000))
    lengths = [len(ids) for ids in validation["input_ids"]]
    longest_first = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    notebook = lifted("ch7_translation", "evaluate_translations", "training_function")
    beams, longest = (4, 40) if ON_GPU else (1, 128)

    def new_model():
        if not ON_GPU:
            return AutoModelForSeq2SeqLM.from_pretrained(checkpoint)
        ids = {"pad_token_id": tokenizer.pad_token_id}
        ids |= {"eos_token_id": tokenizer.eos_token_id}
        ids |= {"decoder_start_token_id": tokenizer.pad_token_id}
        with torch.device("cuda"):
            model = AutoModelForSeq2SeqLM.from_config(MarianConfig(**OPUS_MT | ids))
        unknown = range(len(tokenizer), model.config.vocab_size)
        model.generation_config.suppress_tokens = list(unknown)
        return model

    def evaluate(model, dataloader, accelerator):
        texts = course_texts(
            model, dataloader, accelerator, tokenizer, length=longest, beams=beams
        )
        return Bleu().compute(predictions=texts[0], references=texts[1])

    def ours(model, train, folder, batch_size, precision):
        # The loop also scores the untrained model; the course's does not.
        freeze_positions(model)
        notebook["training_function"](
            model,
            tokenizer,
            train,
            validation.select(longest_first),
            functools.partial(
                notebook["evaluate_translations"],
                tokenizer=tokenizer,
                max_new_tokens=longest,
                num_beams=beams,
            ),
            learning_rate=2e-5,
            batch_size=batch_size,
            eval_batch_size=64 if ON_GPU else 128,
            num_train_epochs=1,
            weight_decay=0.01,
            seed=0,
            output_dir=folder,
            mixed_precision=precision,
        )

    def course(model, train, batch_size):
        collate = DataCollatorForSeq2Seq(tokenizer, model=model)
        course_loop(model, train, validation, collate, evaluate, batch_size=batch_size)

    return new_model, ours, course, train


def summarization():
    """The same for chapter 7.5; on a GPU forty reviews to one, as in `full`."""
    checkpoint = stand_in("mt5_reviews")
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    rows = load_dataset(stand_in("reviews"), "en", split="train")
    rows = rows.select(range(1312 if ON_GPU else 448))
    splitter, _ = load_sentence_splitter("en", rows["review_body"])
    rows = rows.map(
        tokenize_titles,
        batched=True,
        fn_kwargs={"tokenizer": tokenizer},
        remove_columns=rows.column_names,
    )
    held_out = 32 if ON_GPU else 128
    train = rows.select(range(len(rows) - held_out))
    validation = rows.select(range(len(rows) - held_out, len(rows)))
    kinds = {"languages": ["en"] * held_out, "splitters": {"en": splitter}}
    notebook = lifted("ch7_summarization", "evaluate_summaries", "training_function")

    def new_model():
        if ON_GPU:
            with torch.device("cuda"):
                model = AutoModelForSeq2SeqLM.from_config(MT5Config(**MT5_SMALL))
            give_own_head(model)
            return model
        return AutoModelForSeq2SeqLM.from_pretrained(checkpoint)

    def evaluate(model, dataloader, accelerator):
        texts = course_texts(
            model, dataloader, accelerator, tokenizer, length=30, beams=1
        )
        return rouge_by_language(*texts, *kinds.values())

    def ours(model, train, folder, batch_size, precision):
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
            batch_size=batch_size,
            num_train_epochs=1,
            seed=0,
            output_dir=folder,
            mixed_precision=precision.replace("fp16", "no"),  # mT5 overflows
        )

    def course(model, train, batch_size):
        collate = DataCollatorForSeq2Seq(tokenizer, model=model)
        course_loop(model, train, validation, collate, evaluate, batch_size=batch_size)

    return new_model, ours, course, train


# Each chapter, and the batch that both loops train on.
CHAPTERS = {
    "ch3": (classification, 8),
    "ch7_translation": (translation, 8 if ON_GPU else 32),
    "ch7_summarization": (summarization, 8),
}


def seconds(loop) -> float:
    """How long a loop takes, from a fresh state of Accelerate; it prints nothing."""
    AcceleratorState._reset_state(reset_partial_state=True)
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.perf_counter()
        loop()
        return time.perf_counter() - start


FLOAT32 = {"highest": "fp32", "high": "TF32"}  # PyTorch's name for it, and ours


def ways(batch_size: int) -> list[tuple[int, str, str]]:
    """How the notebook's loop runs: batch size, precision, float32 products."""
    precision = mixed_precision()
    if not ON_GPU:
        return [(batch_size, precision, "highest")]
    return [
        (batch_size, precision, "highest"),
        (32, precision, "highest"),
        (32, "no", "high"),  # TF32 where the GPU has it
    ]


def compare(chapter: str, repeats: int, writing: Writing) -> None:
    """Prints the rows of a chapter, one for each way."""
    make, batch_size = CHAPTERS[chapter]
    new_model, ours, course, train = make()
    times: dict[tuple, list] = {way: [] for way in ways(batch_size)}
    # A GPU's first pass loads kernels: it is short, and left out.
    passes = [train.select(range(64))] * ON_GPU + [train] * repeats
    for rows in passes:
        theirs = seconds(functools.partial(course, new_model(), rows, batch_size))
        for size, precision, products in times:
            writing.seconds = 0.0
            torch.set_float32_matmul_precision(products)
            with tempfile.TemporaryDirectory() as folder:
                mine = seconds(
                    functools.partial(ours, new_model(), rows, folder, size, precision)
                )
            torch.set_float32_matmul_precision("highest")
            found = (mine - writing.seconds, theirs, writing.seconds)
            times[size, precision, products].append(found)
    for (size, precision, products), every in times.items():
        rows = every[ON_GPU:]
        mine, theirs, written = (
            statistics.median(column) for column in zip(*rows, strict=True)
        )
        ratio = statistics.median(slow / fast for fast, slow, _ in rows)
        kind = precision if precision != "no" else FLOAT32[products]
        print(
            f"{chapter:<18} {size:>5} {batch_size:>6} {kind:>9}"
            f" {mine:>8.1f} {theirs:>10.1f} {ratio:>14.2f} {written:>11.1f}",
            flush=True,
        )


def main(argv=None) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench_training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("chapters", nargs="*", choices=[[], *CHAPTERS])
    parser.add_argument("--repeats", type=int, default=1 if ON_GPU else 3)
    arguments = parser.parse_args(argv)
    be_quiet()
    writing = Writing()
    save = writing.counted(checkpoints.save_checkpoint)
    checkpoints.save_checkpoint = save  # before a notebook's cell imports it
    PreTrainedModel.save_pretrained = writing.counted(PreTrainedModel.save_pretrained)
    print(
        "one epoch and      batch  batch precision  seconds    seconds       course /"
        "     seconds"
    )
    print(
        "its evaluation      ours course      ours     ours     course           ours"
        "     writing"
    )
    for chapter in arguments.chapters or CHAPTERS:
        compare(chapter, arguments.repeats, writing)
    return 0


if __name__ == "__main__":
    sys.exit(main())
