"""The chapter's own training loop, taken from the notebook and run small."""

import json
import math

import datasets
import pytest
import torch
from accelerate.utils import DataLoaderConfiguration
from datasets import Dataset
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.data import DataLoader
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    default_data_collator,
    set_seed,
)

from helpers import causal_lm, checkpoints
from helpers.causal_lm import evaluate_loss
from tools import faults
from tools.measuring import logged_rate
from tools.notebooks import lifted

ROWS = [[(3 * i + j) % 20 for j in range(12)] for i in range(22)]


@pytest.fixture(scope="module")
def training_function():
    return lifted("ch7_clm", "training_function")["training_function"]


def new_model():
    set_seed(0)
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=20,
            n_positions=12,
            n_embd=16,
            n_layer=1,
            n_head=2,
            bos_token_id=0,
            eos_token_id=0,
            resid_pdrop=0.1,
        )
    )


def loaders():
    blocks = Dataset.from_dict({"input_ids": ROWS, "labels": ROWS})
    options = {"collate_fn": default_data_collator}
    return (
        DataLoader(
            blocks, batch_size=4, shuffle=True, generator=torch.Generator(), **options
        ),
        DataLoader(blocks, batch_size=5, **options),
    )


def train(function, folder, model=None, **options):
    settings = {
        "learning_rate": 1e-2,
        "weight_decay": 0.1,
        "gradient_accumulation_steps": 4,
        "num_train_epochs": 3,
        "warmup_steps": 1,
        "eval_steps": 4,
        "logging_steps": 1,
        "output_dir": str(folder),
        "dataloader_config": DataLoaderConfiguration(use_seedable_sampler=True),
        **options,
    }
    model = model or new_model()
    set_seed(0)
    return function(model, *loaders(), [7], **settings)


def scalars(folder, tag):
    events = EventAccumulator(f"{folder}/logs").Reload()
    return [(event.step, event.value) for event in events.Scalars(tag)]


def test_the_loop_steps_schedules_logs_and_saves(training_function, tmp_path):
    losses, eval_loss = train(training_function, tmp_path)
    assert len(losses) == 18  # 3 epochs of 6 batches, the last of each short
    rates = scalars(tmp_path, "rate")
    # Two steps an epoch: one of 4 batches, one of the 2 that are left.
    assert [step for step, _ in rates] == [1, 2, 3, 4, 5, 6]
    assert rates[0][1] == pytest.approx(1e-2)
    assert rates[-1][1] == 0.0
    assert [step for step, _ in scalars(tmp_path, "perplexity")] == [4, 6]
    assert scalars(tmp_path, "eval_loss")[-1][1] == pytest.approx(eval_loss, rel=1e-6)
    assert logged_rate(str(tmp_path), 16 * 12) > 0
    # What is saved is the model as it is after the last step.
    saved = AutoModelForCausalLM.from_pretrained(tmp_path / "model")
    assert evaluate_loss(saved, loaders()[1]) == pytest.approx(eval_loss, rel=1e-5)


def test_the_schedule_sees_the_steps_of_the_prepared_optimizer(tmp_path):
    """Else PyTorch warns of a wrong order where fp16 scales gradients."""
    options = {"learning_rate": 1e-2, "weight_decay": 0.1, "warmup_steps": 1}
    options |= {"num_train_epochs": 1, "output_dir": str(tmp_path)}
    prepared = causal_lm.prepare_training(new_model(), *loaders(), **options)
    accelerator, schedule, _, optimizer, *_ = prepared
    accelerator.end_training()
    assert schedule.optimizer is optimizer


def test_the_loop_learns(training_function, tmp_path):
    before = evaluate_loss(new_model(), loaders()[1])
    options = {"gradient_accumulation_steps": 1, "num_train_epochs": 12}
    _, after = train(training_function, tmp_path, **options)
    assert before == pytest.approx(math.log(20), abs=0.2)
    assert after < before / 2


@pytest.mark.parametrize("eval_steps", [3, 4])  # within an epoch, and at its end
def test_the_loop_goes_on_where_it_stopped(
    training_function, tmp_path, eval_steps, monkeypatch
):
    options = {"eval_steps": eval_steps}
    whole, whole_loss = train(training_function, tmp_path / "whole", **options)
    save, saves = checkpoints.save_checkpoint, []

    def stop_after_two(*arguments):
        saves.append(save(*arguments))
        if len(saves) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "save_checkpoint", stop_after_two)
    stopped = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        train(training_function, stopped, **options)
    progress = json.loads(
        (stopped / f"checkpoint-{eval_steps}/progress.json").read_text("utf-8")
    )
    assert (progress["epoch"], progress["batch"]) == (1, {3: 4, 4: 6}[eval_steps])
    again, loss = train(training_function, stopped, resume=True, **options)
    assert again == whole  # to the last bit
    assert loss == whole_loss


def test_resuming_a_finished_run_trains_no_more(training_function, tmp_path):
    losses, loss = train(training_function, tmp_path)
    before = sorted(tmp_path.glob("checkpoint-*/manifest.json"))
    written = [path.read_text("utf-8") for path in before]
    again, loss_again = train(training_function, tmp_path, resume=True)
    assert (again, loss_again) == (losses, loss)
    assert [path.read_text("utf-8") for path in before] == written


def test_accumulated_batches_make_the_step_of_one_big_batch(
    training_function, tmp_path
):
    def weights_after(batch_size, accumulation):
        model = new_model()
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        blocks = Dataset.from_dict({"input_ids": ROWS[:16], "labels": ROWS[:16]})
        load = DataLoader(blocks, batch_size, collate_fn=default_data_collator)
        training_function(
            model,
            load,
            load,
            [19_000],  # in no row: all blocks weigh the same
            learning_rate=1e-3,
            weight_decay=0.0,
            gradient_accumulation_steps=accumulation,
            num_train_epochs=1,
            warmup_steps=0,
            eval_steps=10,
            logging_steps=1,
            output_dir=str(tmp_path / f"{batch_size}"),
        )
        return model.transformer.wte.weight.detach()

    assert torch.allclose(weights_after(16, 1), weights_after(4, 4), atol=1e-5)


def test_lifted_says_what_it_does_not_find():
    with pytest.raises(LookupError, match="no cell that defines nothing_of_the_kind"):
        lifted("ch7_clm", "nothing_of_the_kind")


def test_only_the_rows_that_are_asked_for_are_streamed_and_kept(monkeypatch, tmp_path):
    load_rows = lifted("ch7_clm", "load_rows")["load_rows"]
    asked, drawn = [], []

    def rows():
        for number in range(100):
            drawn.append(number)
            yield {"content": str(number)}

    def load_dataset(name, *, split, streaming=False):
        asked.append((name, split, streaming))
        return datasets.IterableDataset.from_generator(rows)

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    for _ in range(2):
        assert load_rows("some/data", "train", 3)["content"][:] == ["0", "1", "2"]
    assert asked == [("some/data", "train", True)]
    assert len(drawn) <= 4


def test_the_rows_to_evaluate_on_are_those_of_the_other_data_set():
    asked = {}

    def load_rows(name, split, count):
        asked[name, split] = count
        return Dataset.from_dict({"content": ["a"] * 4})

    given = {"profile": "sample", "dataset_name": "some/data", "datasets": datasets}
    given |= {"max_train_samples": 3, "max_eval_samples": 2, "load_rows": load_rows}
    given |= {"train_rows": 9, "eval_rows": 9}
    exec(faults.cell_with("ch7_clm_codeparrot", "train=load_rows("), given)
    train, valid = ("some/data-train", "train"), ("some/data-valid", "validation")
    assert asked == {train: 3, valid: 2}
    sizes = {name: rows.num_rows for name, rows in given["raw_datasets"].items()}
    assert sizes == {"train": 3, "valid": 2}
