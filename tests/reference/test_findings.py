"""The figures of ``reference/findings.jsonl``, computed again, and where the fix is.

Each function marked ``proof`` has the id of its row as a name and returns its figures.
"""

import contextlib
import copy
import functools
import gc
import json
import math
import tempfile
import weakref
from pathlib import Path

import nbformat
import pytest
import torch
import transformers
from accelerate import Accelerator
from accelerate.data_loader import BatchSamplerShard
from accelerate.state import AcceleratorState
from rouge_score import tokenize
from rouge_score.rouge_scorer import RougeScorer
from safetensors.torch import load_file
from torch.utils.data import BatchSampler, SequentialSampler
from transformers import (
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    DataCollatorForSeq2Seq,
    GPT2Config,
    GPT2LMHeadModel,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    Trainer,
    TrainingArguments,
)

from helpers.translation import decode_ids
from offline import stand_in

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "reference" / "findings.jsonl").read_text("utf-8")
ROWS = [json.loads(line) for line in TABLE.splitlines()]
FIELDS = {"id", "group", "section", "title", "claim", "proof", "fix"}
PROOFS = {}

SENTENCE = "I've been waiting for a HuggingFace course my whole life."
# The course's run of 7.6: batches, batches a step, steps between two evaluations.
BATCHES, ACCUMULATED, EVAL_STEPS = 521_940, 8, 5_000


def proof(function):
    PROOFS[function.__name__] = function
    return function


def uncased():
    """The real vocabulary of BERT uncased."""
    return AutoTokenizer.from_pretrained(stand_in("minilm"))


def tiny_bert():
    config = transformers.BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    transformers.set_seed(0)
    return transformers.BertForSequenceClassification(config).eval()


def course_gpt2():
    """The course's GPT-2 as shapes without values."""
    with torch.device("meta"):
        return GPT2LMHeadModel(GPT2Config(vocab_size=50_000, n_ctx=128))


@proof
def length_of_a_completion():
    tokenizer = AutoTokenizer.from_pretrained(stand_in("prose_gpt2"))
    of_the_course = {"text-generation": {"do_sample": True, "max_length": 50}}
    config = GPT2Config(vocab_size=len(tokenizer), n_embd=8, n_layer=1, n_head=1)
    config.task_specific_params = of_the_course  # as in the real GPT-2's configuration
    complete = transformers.pipeline(
        "text-generation", model=GPT2LMHeadModel(config), tokenizer=tokenizer
    )
    prompt = "In this course, we will teach you how to"

    def tokens(**limits):
        options = {"return_tensors": True, "suppress_tokens": [tokenizer.eos_token_id]}
        [answer] = complete(prompt, **options, **limits)
        return len(answer["generated_token_ids"])

    of_prompt = len(tokenizer(prompt)["input_ids"])
    return {
        "tokens of the prompt": of_prompt,
        "new tokens without a limit": tokens() - of_prompt,
        "tokens in all with `max_length=30`": tokens(max_length=30),
        "with `max_length=30, max_new_tokens=5`": tokens(
            max_length=30, max_new_tokens=5
        ),
    }


@proof
def uncased_ids():
    given = uncased()(["Hello!", "Cool.", "Nice!"])["input_ids"]
    return {
        "printed in the course": [
            [101, 7592, 999, 102],
            [101, 4658, 1012, 102],
            [101, 3835, 999, 102],
        ],
        "what BERT's uncased vocabulary gives": given,
    }


@proof
def lowered_transformer():
    sentence = "Using a Transformer network is simple"
    printed = ["Using", "a", "transform", "##er", "network", "is", "simple"]
    pieces = [piece.removeprefix("##") for piece in printed]
    lowered = sentence.replace("Transformer", "transformer")
    return {
        "printed tokens that are not in the sentence": [
            piece for piece in pieces if piece not in sentence
        ],
        "the same, with a lower-case t in it": [
            piece for piece in pieces if piece not in lowered
        ],
    }


@proof
def special_tokens():
    tokenizer, model = uncased(), tiny_bert()
    by_hand = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(SENTENCE))
    by_call = tokenizer(SENTENCE)["input_ids"]
    with torch.inference_mode():
        first, second = (
            model(torch.tensor([ids])).logits for ids in (by_hand, by_call)
        )
    return {
        "ids made by hand": len(by_hand),
        "ids made by the tokenizer": len(by_call),
        "the same logits": torch.allclose(first, second, atol=1e-5),
    }


@proof
def padding_id():
    tokenizer = uncased()
    return {
        "token 100": tokenizer.convert_ids_to_tokens(100),
        "the padding token's id": tokenizer.pad_token_id,
    }


@proof
def string_slice():
    tokenizer = uncased()
    cut = tokenizer(SENTENCE, truncation=True, max_length=8)["input_ids"]
    return {
        "sequence[:8]": SENTENCE[:8],
        "eight tokens, `[CLS]` and `[SEP]` among them": tokenizer.decode(cut),
    }


@proof
def second_trainer():
    model, args = tiny_bert(), TrainingArguments("unused", report_to="none")
    trainer = first = Trainer(model, args)
    with contextlib.suppress(TypeError):
        trainer = Trainer(model, args, tokenizer=uncased(), compute_metrics=len)
    return {
        "`trainer` is still the first one": trainer is first,
        "its `compute_metrics`": trainer.compute_metrics,
    }


@proof
def adamw_decay():
    def weight_after_a_step(**options):
        weight = torch.ones(1, requires_grad=True)
        optimizer = torch.optim.AdamW([weight], lr=0.1, **options)
        weight.grad = torch.zeros(1)
        optimizer.step()
        return round(weight.item(), 6)

    return {
        "a weight of 1 after a step at lr 0.1, gradient 0": weight_after_a_step(),
        "the same, with `weight_decay=0.0`": weight_after_a_step(weight_decay=0.0),
    }


@proof
def unclipped_loop():
    weight = torch.zeros(2, requires_grad=True)
    weight.grad = torch.tensor([3.0, 4.0])
    before = weight.grad.norm().item()
    torch.nn.utils.clip_grad_norm_([weight], 1.0)
    return {
        "`max_grad_norm` of `TrainingArguments`": TrainingArguments("x").max_grad_norm,
        "norm of the gradient (3, 4)": before,
        "norm after clipping, as `Trainer` does": round(weight.grad.norm().item(), 4),
    }


@proof
def multiplied_loss():
    rows = [
        {"input_ids": [101, 2000 + row, 102], "labels": row % 2} for row in range(8)
    ]
    losses = {}
    for name, batch_size, options in (
        ("8 rows in one batch", 8, {}),
        ("2 rows, accumulated 4 times", 2, {}),
        ("the same with accepts_loss_kwargs=False", 2, {"accepts_loss_kwargs": False}),
    ):
        model = tiny_bert()
        vars(model).update(options)
        arguments = TrainingArguments(
            "once",
            per_device_train_batch_size=batch_size,
            gradient_accumulation_steps=8 // batch_size,
            max_steps=1,
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            use_cpu=True,
        )
        trainer = Trainer(model, arguments, train_dataset=rows)
        trainer.train()
        losses[name] = round(trainer.state.log_history[0]["loss"], 2)
    return losses


@proof
def fp16_on_a_cpu():
    accelerator = Accelerator(mixed_precision="fp16", cpu=True)
    layer = accelerator.prepare(torch.nn.Linear(2, 2))
    return {
        "mixed precision asked for": accelerator.mixed_precision,
        "mixed precision in use": accelerator.native_amp,
        "type of a layer's output": str(layer(torch.ones(1, 2)).dtype),
    }


@proof
def return_tensors_at_load():
    tokenizer = AutoTokenizer.from_pretrained(
        stand_in("marian_ui"), return_tensors="pt"
    )
    in_call = tokenizer("Open", return_tensors="pt")["input_ids"]
    return {
        "type of the ids, `return_tensors` given to `from_pretrained`": type(
            tokenizer("Open")["input_ids"]
        ).__name__,
        "given to the call": type(in_call).__name__,
    }


@proof
def gather_counts_twice():
    batches = BatchSampler(SequentialSampler(range(10)), 4, drop_last=False)
    shards = [list(BatchSamplerShard(batches, 2, process)) for process in (0, 1)]
    rows = [row for shard in shards for batch in shard for row in batch]
    return {
        "rows": len(set(rows)),
        "rows that two processes are given, batches of 4": len(rows),
    }


@proof
def old_collator():
    name = stand_in("mt5_reviews")
    tokenizer = AutoTokenizer.from_pretrained(name)
    model = AutoModelForSeq2SeqLM.from_pretrained(name)
    collate = DataCollatorForSeq2Seq(tokenizer, model=model)
    args = Seq2SeqTrainingArguments("unused", report_to="none")
    trainer = Seq2SeqTrainer(model, args, data_collator=collate)
    old_model = weakref.ref(model)
    in_memory = []
    model = AutoModelForSeq2SeqLM.from_pretrained(name)
    gc.collect()
    in_memory.append(old_model() is not None)
    collate = DataCollatorForSeq2Seq(tokenizer, model=model)
    gc.collect()
    in_memory.append(old_model() is not None)
    del trainer
    gc.collect()
    in_memory.append(old_model() is not None)
    assert collate.model is model
    return {
        "the first model is in memory after the second is loaded": in_memory[0],
        "and with a new collator": in_memory[1],
        "and after `del trainer`": in_memory[2],
    }


@proof
def trained_positions():
    model = AutoModelForSeq2SeqLM.from_pretrained(stand_in("marian_ui"))
    before = copy.deepcopy(model.state_dict())
    ids = torch.tensor([[5, 6, 7]])
    model(input_ids=ids, labels=ids).loss.backward()
    torch.optim.AdamW(model.parameters(), lr=2e-5).step()
    after = model.state_dict()
    tables = [name for name in after if "embed_positions" in name]
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        saved = load_file(Path(folder, "model.safetensors"))
    return {
        "tables of positions": len(tables),
        "of these, changed by a step of AdamW": sum(
            not torch.equal(before[name], after[name]) for name in tables
        ),
        "of these, in the saved file": sum(name in saved for name in tables),
    }


@proof
def twenty_tokens():
    name = stand_in("mt5_reviews")
    tokenizer = AutoTokenizer.from_pretrained(name)
    model = AutoModelForSeq2SeqLM.from_pretrained(name)
    options = tokenizer("I read it twice.", return_tensors="pt")
    options["suppress_tokens"] = [tokenizer.eos_token_id]  # so that it never ends
    return {
        "tokens by default, the start token aside": (
            model.generate(**options).shape[1] - 1
        ),
        "with `max_new_tokens=30`": (
            model.generate(**options, max_new_tokens=30).shape[1] - 1
        ),
    }


@proof
def logging_by_division():
    rows, batch_size = 100, 8
    logging_steps, steps = rows // batch_size, math.ceil(rows / batch_size)
    epochs = [round(logging_steps * log / steps, 2) for log in (1, 2, 3, 4)]
    return {
        "steps of an epoch, 100 rows in batches of 8": steps,
        "`logging_steps`": logging_steps,
        "logged at epoch": epochs,
    }


@proof
def three_conventions():
    def rouge1(**options):
        scores = RougeScorer(["rouge1"], **options).score(
            "Loving that story", "Loved these stories"
        )
        return round(100 * scores["rouge1"].fmeasure, 2)

    return {
        "ROUGE-1 without a stemmer": rouge1(),
        "ROUGE-1 of the same pair with it": rouge1(use_stemmer=True),
    }


@proof
def dropped_letters():
    chinese = "我喜欢读书"
    score = RougeScorer(["rouge1"]).score(chinese, chinese)["rouge1"]
    return {
        "words of “El niño leyó”": tokenize.tokenize("El niño leyó", None),
        "ROUGE-1 of two identical Chinese sentences": score.fmeasure,
    }


@proof
def rouge_l_and_lsum():
    scorer = RougeScorer(["rougeL", "rougeLsum"])
    gaps = scorer.score("a b c d e", "a x c y e")["rougeL"]
    lines = scorer.score("She left.\nHe wept.", "He wept.\nShe left.")
    spaces = scorer.score("She left. He wept.", "He wept. She left.")
    return {
        "recall of “a x c y e” for “a b c d e”": gaps.recall,
        "two sentences in the other order, rougeL": lines["rougeL"].fmeasure,
        "rougeLsum": lines["rougeLsum"].fmeasure,
        "rougeLsum with a space for the newline": spaces["rougeLsum"].fmeasure,
    }


@proof
def padded_row():
    tokenizer = AutoTokenizer.from_pretrained(stand_in("mt5_reviews"))
    lengths = (29, 35)  # of the course's two reviews
    rows = [{"input_ids": [5] * n, "attention_mask": [1] * n} for n in lengths]
    masks = DataCollatorForSeq2Seq(tokenizer)(rows)["attention_mask"]
    return {
        "padded places in the two rows": [row.count(0) for row in masks.tolist()],
        "mT5's padding token": tokenizer.pad_token,
    }


@proof
def padded_labels():
    name = stand_in("mt5_reviews")
    tokenizer = AutoTokenizer.from_pretrained(name)
    model = AutoModelForSeq2SeqLM.from_pretrained(name).eval()
    rows = tokenizer(
        ["I read it twice.", "The end."], text_target=["Read twice", "End"]
    )
    rows["labels"][1] += [-100] * (len(rows["labels"][0]) - len(rows["labels"][1]))
    batch = tokenizer.pad(rows, return_tensors="pt")
    padded = batch["labels"].masked_fill(
        batch["labels"] == -100, tokenizer.pad_token_id
    )
    decode = functools.partial(tokenizer.batch_decode, skip_special_tokens=True)
    with torch.inference_mode():
        masked_loss = model(**batch).loss
        padded_loss = model(**{**batch, "labels": padded}).loss
    return {
        "same text when decoded": decode(padded)
        == decode_ids(batch["labels"], tokenizer),
        "same loss": torch.isclose(masked_loss, padded_loss).item(),
    }


@proof
def gain_over_lead_3():
    lead_3 = {"ROUGE-1": 16.74, "ROUGE-2": 8.83}  # as the course prints them
    trained = {"ROUGE-1": 16.9728, "ROUGE-2": 8.2969}
    loop = {"ROUGE-1": 14.1192, "ROUGE-2": 7.0059}
    return {
        f"{name}, {words}": round(first[name] - second[name], 2)
        for words, first, second in (
            ("Trainer minus lead-3", trained, lead_3),
            ("Accelerate minus Trainer", loop, trained),
        )
        for name in lead_3
    }


@proof
def n_ctx():
    small = {"vocab_size": 50, "n_embd": 16, "n_layer": 1, "n_head": 2}
    model = GPT2LMHeadModel(GPT2Config(n_ctx=128, **small))
    ids = torch.arange(128)[None] % 50
    model(input_ids=ids, labels=ids).loss.backward()
    positions = model.transformer.wpe.weight
    meant = GPT2LMHeadModel(GPT2Config(n_positions=128, **small))
    return {
        "positions with `n_ctx=128`": len(positions),
        "of these with a gradient, in blocks of 128": int(
            (positions.grad.abs().sum(dim=1) > 0).sum()
        ),
        "positions with `n_positions=128`": len(meant.transformer.wpe.weight),
    }


@proof
def masked_end_of_text():
    tokenizer = AutoTokenizer.from_pretrained(stand_in("prose_gpt2"))
    end = tokenizer.eos_token_id
    labels = {}
    for own_token in (False, True):
        tokenizer = copy.deepcopy(tokenizer)
        tokenizer.pad_token = tokenizer.eos_token
        if own_token:
            tokenizer.add_special_tokens({"pad_token": "<|pad|>"})
        collate = DataCollatorForLanguageModeling(tokenizer, mlm=False)
        rows = collate([{"input_ids": [5, 6, end, 7, end]}])["labels"][0].tolist()
        labels[own_token] = ["end" if label == end else label for label in rows]
    return {
        "ids": [5, 6, "end", 7, "end"],
        "labels, padding with end-of-text": labels[False],
        "labels, padding with a token of its own": labels[True],
    }


@proof
def mean_of_batch_means():
    losses, tokens = torch.tensor([4.0, 4.0, 7.0]), torch.tensor([32, 32, 4])
    return {
        "losses of three batches": losses.tolist(),
        "their tokens": tokens.tolist(),
        "mean of the means": losses.mean().item(),
        "mean over tokens": round(((losses * tokens).sum() / tokens.sum()).item(), 2),
    }


@proof
def dead_branch():
    try:
        math.exp(1000)
        raised = False
    except OverflowError:
        raised = True
    return {
        "`torch.exp` of 1000": str(torch.exp(torch.tensor(1000.0)).item()),
        "`math.exp` of 1000 raises OverflowError": raised,
    }


@proof
def weighted_average():
    losses, counts = torch.full((2,), math.log(10)), torch.tensor([0.0, 8.0])
    figures = {"loss of each of two rows": round(losses[0].item(), 3)}
    for alpha in (1.0, 2.0):
        weights = alpha * (1.0 + counts)  # as the course has it
        figures[f"the course's average, alpha {alpha}"] = round(
            (losses * weights).mean().item(), 3
        )
    figures["divided by the weights"] = round(
        ((losses * weights).sum() / weights.sum()).item(), 3
    )
    return figures


@proof
def decayed_normalization():
    model = course_gpt2()
    scales = [
        name
        for name, _ in model.named_parameters()
        if ".ln_" in name and name.endswith("weight")
    ]
    decayed = [name for name in scales if "LayerNorm.weight" not in name]
    by_trainer = set(Trainer.get_decay_parameter_names(None, model))
    return {
        "scales of normalization layers": len(scales),
        "decayed by the course's filter": len(decayed),
        "decayed by `Trainer`": len(by_trainer & set(scales)),
    }


@proof
def schedule_horizon():
    def end_of(horizon):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=5e-4)
        schedule = transformers.get_scheduler("linear", optimizer, 1_000, horizon)
        return round(5e-4 * schedule.lr_lambdas[0](steps), 6)

    steps = BATCHES // ACCUMULATED
    return {
        "batches": BATCHES,
        "optimizer steps": steps,
        "last rate, schedule of so many batches": end_of(BATCHES),
        "last rate, schedule of so many steps": end_of(steps),
    }


@proof
def logged_loss():
    loss = torch.tensor(5.9)
    logged = loss.item() * ACCUMULATED  # the loss is divided only after this line
    return {"loss of the batch": 5.9, "logged by the course": round(logged, 1)}


@proof
def unsaved_end():
    every = EVAL_STEPS * ACCUMULATED
    return {
        "batches": BATCHES,
        "batches after the last save": BATCHES % every,
        "batches after the last optimizer step": BATCHES % ACCUMULATED,
    }


@pytest.fixture(autouse=True)
def fresh_accelerator(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    AcceleratorState._reset_state(reset_partial_state=True)
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_proof(row):
    assert PROOFS[row["id"]]() == row["proof"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_cell(row):
    """The notebook named has one code cell with the text."""
    path = ROOT / "notebooks" / row["notebook"]
    cells = nbformat.read(path, as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert sum(row["cell"] in source for source in code) == 1


def test_rows_are_complete():
    assert [row["id"] for row in ROWS] == list(dict.fromkeys(PROOFS))
    for row in ROWS:
        assert set(row) == FIELDS | {"notebook", "cell"}, row["id"]
