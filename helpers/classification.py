"""Sentence and sentence-pair classification: checks, tokens, baselines, metric."""

import evaluate
import numpy as np


def check_pairs(
    dataset, *, columns=("sentence1", "sentence2"), label="label", num_labels=2
):
    """Refuses a split that a classifier cannot be trained or scored on.

    Args:
        dataset: one split, a ``datasets.Dataset``.
        columns: the text columns, one or two; one name may stand alone.
        label: the column of class ids.
        num_labels: how many classes there are; ids run from 0.

    Raises:
        ValueError: one sentence that names the first thing that is wrong: a missing
            column, no rows, a text that is no string or is blank, a label that is no
            class id.
    """
    columns = [columns] if isinstance(columns, str) else columns
    missing = [name for name in (*columns, label) if name not in dataset.column_names]
    if missing:
        raise ValueError(
            f"the data has no column {missing[0]!r}; its columns are "
            f"{', '.join(dataset.column_names)}: rename one with rename_column"
        )
    if len(dataset) == 0:
        raise ValueError("the split has no rows: check the file and the split's name")
    dataset = dataset.with_format(None)  # labels as Python's integers
    for name in columns:
        for row, text in enumerate(dataset[name]):
            if not isinstance(text, str) or not text.strip():
                raise ValueError(
                    f"row {row}: {name!r} is {text!r}, not a text: remove the row with "
                    "filter, or fill it in"
                )
    for row, value in enumerate(dataset[label]):
        if type(value) is not int or not 0 <= value < num_labels:
            raise ValueError(
                f"row {row}: {label!r} is {value!r}, not a class from 0 to "
                f"{num_labels - 1}: map the labels to ids, or pass num_labels "
                "here and to every from_pretrained"
            )


def tokenize_pairs(
    examples, tokenizer, *, columns=("sentence1", "sentence2"), max_length=None
):
    """Token ids of a batch of texts or text pairs, not padded.

    For ``Dataset.map(tokenize_pairs, batched=True, fn_kwargs={"tokenizer": …})``.

    Args:
        examples: columns of a batch, lists of strings.
        tokenizer: the checkpoint's tokenizer.
        columns: one text column, or two that become segments 0 and 1; one name may
            stand alone.
        max_length: tokens to keep, special ones included; ``None``: the tokenizer's
            limit, and no limit where it states none.  A pair that is longer loses
            tokens of its longer text first.

    Returns:
        ``input_ids``, ``attention_mask`` and, where the model has them,
        ``token_type_ids``: lists of ``len(batch)`` lists.
    """
    columns = [columns] if isinstance(columns, str) else columns
    texts = [examples[column] for column in columns]
    return tokenizer(*texts, truncation=True, max_length=max_length)


def count_truncated(
    dataset, tokenizer, *, columns=("sentence1", "sentence2"), max_length=None
) -> int:
    """How many rows lose tokens in :func:`tokenize_pairs` with these arguments."""
    if len(dataset) == 0:
        return 0
    columns = [columns] if isinstance(columns, str) else columns
    texts = [list(dataset[column]) for column in columns]
    encoded = tokenizer(*texts, truncation=False, verbose=False)
    limit = tokenizer.model_max_length if max_length is None else max_length
    return sum(len(ids) > limit for ids in encoded["input_ids"])


class AccuracyF1(evaluate.Metric):
    """Accuracy and F1 of the positive class, as GLUE scores MRPC.

    ``compute(predictions=…, references=…)`` takes class ids of shape ``(rows,)`` and
    returns ``{"accuracy": …, "f1": …}``, both from 0 to 1; F1 is 0 where nothing is
    positive.  ``evaluate.load("glue", "mrpc")`` gives the same numbers, but fetches its
    code from the Hub.  Definition: Wang et al. 2019, https://arxiv.org/abs/1804.07461.

    Raises:
        ValueError: on ``compute``, when there is nothing to score, or a class is
            neither 0 nor 1.
    """

    def _info(self):
        from datasets import Features, Value

        return evaluate.MetricInfo(
            description="accuracy and F1",
            citation="",
            inputs_description="class ids",
            # As integers, probabilities would be cut to 0 without a word.
            features=Features(
                {"predictions": Value("float64"), "references": Value("float64")}
            ),
        )

    def _compute(self, predictions, references):
        from sklearn.metrics import accuracy_score, f1_score

        if len(predictions) == 0:
            raise ValueError("there is nothing to score: no predictions were added")
        classes = sorted({*predictions, *references})
        if not {0, 1}.issuperset(classes):
            raise ValueError(
                f"the classes are {', '.join(f'{each:g}' for each in classes)}, but "
                "accuracy and F1 are of two, 0 and 1: map the labels to these, or for "
                'more classes take f1_score(…, average="macro") of scikit-learn'
            )
        return {
            "accuracy": float(accuracy_score(references, predictions)),
            "f1": float(f1_score(references, predictions, zero_division=0.0)),
        }


def word_overlap(first: str, second: str) -> float:
    """Shared distinct words over all distinct words, 0 to 1 (the Jaccard index)."""
    a, b = set(first.lower().split()), set(second.lower().split())
    return len(a & b) / max(1, len(a | b))


def overlap_threshold(dataset) -> float:
    """The word overlap from which on calling a pair equivalent is right most often.

    Args:
        dataset: rows with ``sentence1``, ``sentence2`` and ``label`` (1: equivalent).

    Raises:
        ValueError: there are no rows.
    """
    pairs = zip(dataset["sentence1"], dataset["sentence2"], strict=True)
    overlaps = np.array([word_overlap(first, second) for first, second in pairs])
    return best_threshold(overlaps, np.array(dataset["label"]))


def best_threshold(scores: np.ndarray, labels: np.ndarray) -> float:
    """The score from which on calling a pair equivalent is right most often.

    Args:
        scores: how alike the sentences of each pair are, of shape ``(rows,)``; at
            most 1.
        labels: of the same shape (1: equivalent).

    Raises:
        ValueError: there are no rows.
    """
    if len(scores) == 0:
        raise ValueError("the split has no rows: there is no threshold to find")
    # 0 and 2: calling every pair equivalent, or none, are thresholds too.
    thresholds = np.unique(np.concatenate([[0.0, 2.0], scores]))
    right = [((scores >= value) == labels).mean() for value in thresholds]
    return float(thresholds[int(np.argmax(right))])
