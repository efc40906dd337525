"""Translation pairs: read, check and tokenize them; decode and score translations.

A data set of pairs has a column ``translation`` whose rows are dictionaries from
language to text, ``{"en": "Open the file", "fr": "Ouvrir le fichier"}``, as KDE4 and
the other parallel corpora on the Hub have it.
"""

from contextlib import suppress

import evaluate


def has_both_sides(example: dict, *, source_lang: str, target_lang: str) -> bool:
    """Whether the pair has text in both languages; for ``Dataset.filter``.

    Args:
        example: a row with ``translation``.
        source_lang: language translated from, a key of the pair.
        target_lang: language translated into, a key of the pair.

    Raises:
        ValueError: the pair lacks one of the languages.
    """
    pair = example["translation"]
    for language in (source_lang, target_lang):
        if language not in pair:
            raise ValueError(
                f"a pair has no {language!r}, only {', '.join(sorted(pair))}: check "
                "source_lang and target_lang, or the data set's configuration"
            )
    return all(
        (pair[language] or "").strip() for language in (source_lang, target_lang)
    )


def tokenize_pairs(
    examples: dict,
    tokenizer,
    *,
    source_lang: str,
    target_lang: str,
    max_length: int,
    source_prefix: str = "",
) -> dict:
    """Token ids of the sources, and of the targets as labels; for ``Dataset.map``.

    The targets go in as ``text_target``: a tokenizer with one model a language
    (Marian) or with a language code (mBART, NLLB) treats them as the target language.

    Args:
        examples: a batch of rows with ``translation``, a list of pairs.
        tokenizer: the checkpoint's tokenizer.
        source_lang: language translated from, a key of the pairs.
        target_lang: language translated into, a key of the pairs.
        max_length: tokens kept of each side, the end-of-text token included.
        source_prefix: put before each source; see :func:`check_languages`.

    Returns:
        ``input_ids``, ``attention_mask`` and ``labels``: a list of lists each, not
        padded.

    Raises:
        TypeError: ``examples`` is one row, as ``map`` gives it without ``batched``.
        ValueError: a pair lacks one of the languages, or has an empty side.
    """
    pairs = examples["translation"]
    if isinstance(pairs, dict):
        raise TypeError("this is one row: say batched=True to Dataset.map")
    for row, pair in enumerate(pairs):
        for language in (source_lang, target_lang):
            if language not in pair:
                raise ValueError(
                    f"pair {row} of the batch has no {language!r}, only "
                    f"{', '.join(sorted(pair))}: check source_lang and target_lang"
                )
            if not (pair[language] or "").strip():
                raise ValueError(
                    f"pair {row} of the batch has an empty {language!r} side: drop "
                    "such pairs first, with Dataset.filter(has_both_sides, …)"
                )
    return tokenizer(
        [source_prefix + pair[source_lang] for pair in pairs],
        text_target=[pair[target_lang] for pair in pairs],
        max_length=max_length,
        truncation=True,
    )


def count_truncated(
    pairs: list[dict],
    tokenizer,
    *,
    source_lang: str,
    target_lang: str,
    max_length: int,
    source_prefix: str = "",
) -> dict[str, int]:
    """How many sources and targets are longer than ``max_length`` tokens.

    Args:
        pairs: pairs, as in the column ``translation``.
        tokenizer: the checkpoint's tokenizer.
        source_lang: language translated from, a key of the pairs.
        target_lang: language translated into, a key of the pairs.
        max_length: tokens kept of each side, the end-of-text token included.
        source_prefix: put before each source; see :func:`check_languages`.

    Returns:
        A count for each of the two languages.

    Raises:
        ValueError: a pair lacks one of the languages.
    """
    counts = {source_lang: 0, target_lang: 0}
    pairs = list(pairs)
    for pair in pairs:
        has_both_sides(
            {"translation": pair}, source_lang=source_lang, target_lang=target_lang
        )
    for start in range(0, len(pairs), 1000):
        batch = pairs[start : start + 1000]
        tokens = tokenizer(
            [source_prefix + (pair[source_lang] or "") for pair in batch],
            text_target=[pair[target_lang] or "" for pair in batch],
            verbose=False,
        )
        for language, column in ((source_lang, "input_ids"), (target_lang, "labels")):
            counts[language] += sum(len(ids) > max_length for ids in tokens[column])
    return counts


def decode_ids(token_ids, tokenizer) -> list[str]:
    """The texts of generated ids or of labels, special tokens removed.

    −100 becomes padding first: it marks ignored places of labels, and ``Trainer`` and
    ``accelerator.pad_across_processes`` may fill predictions of unequal length with
    it, but no tokenizer can decode it.

    Args:
        token_ids: ``(rows, length)``, an array or a list of equally long lists.
        tokenizer: the tokenizer that made the labels.

    Raises:
        ValueError: these are no ids but logits, ``(rows, length, vocabulary)``.
    """
    import numpy as np

    if isinstance(token_ids, tuple) and np.ndim(token_ids[0]) == 3:
        token_ids = token_ids[0]  # logits, and the encoder's hidden states
    token_ids = np.asarray(token_ids)
    if token_ids.ndim > 2:
        raise ValueError(
            f"ids of shape (rows, length) are needed, not of {token_ids.shape}: set "
            "predict_with_generate=True"
        )
    token_ids = np.where(token_ids < 0, tokenizer.pad_token_id, token_ids)
    texts = tokenizer.batch_decode(token_ids, skip_special_tokens=True)
    # Before transformers 5.24 no rows gave one text.
    return [text.strip() for text in texts[: len(token_ids)]]


def freeze_positions(model) -> list[str]:
    """Keeps a training from changing tables of positions that the model computes.

    A Marian's positions are sines, which ``save_pretrained`` leaves out.  Loaded with
    ``from_pretrained`` they count as trainable, and since transformers 5.24 they get
    gradients: the saved model would not be the one that was trained.  Learned
    positions, such as mBART's, are left alone.

    Returns:
        The names of the frozen modules; none for a model without such tables.
    """
    frozen = []
    for name, module in model.named_modules():
        if "Sinusoidal" in type(module).__name__:
            module.requires_grad_(False)
            frozen.append(name)
    return frozen


class Bleu(evaluate.Metric):
    """SacreBLEU as an ``evaluate`` metric: ``add_batch``, ``compute``, no remote code.

    ``compute`` takes ``predictions``, a list of texts, and ``references``, for each of
    them one text or a list of texts (as many for each), and returns ``score`` (0–100),
    ``counts`` and ``totals`` of matching and of all 1- to 4-grams, ``precisions``
    (0–100), ``bp`` (brevity penalty), ``sys_len`` and ``ref_len`` in tokens, exactly
    as ``evaluate.load("sacrebleu")``.

    Predictions of fewer than four tokens each (a word or a punctuation mark) score 0,
    even if they equal the references: BLEU needs 4-grams.  Definition: Papineni et al.
    (2002), as fixed by Post (2018), https://aclanthology.org/W18-6319.

    Raises:
        ValueError: nothing to score, no reference, or the numbers of references differ.
    """

    def _info(self):
        import datasets

        text = datasets.Value("string")
        several = {"predictions": text, "references": datasets.Sequence(text)}
        one = {"predictions": text, "references": text}
        return evaluate.MetricInfo(
            description="BLEU of SacreBLEU, 0 to 100.",
            citation="Post (2018), A Call for Clarity in Reporting BLEU Scores",
            features=[datasets.Features(several), datasets.Features(one)],
        )

    def _compute(self, predictions, references):
        import sacrebleu

        if not all(references) and not isinstance(references[0], str):
            raise ValueError("a prediction has no reference: give each at least one")
        if isinstance(references[0], str):
            references = [[reference] for reference in references]
        if len({len(texts) for texts in references}) > 1:
            raise ValueError(
                "the predictions have different numbers of references: give each as "
                "many"
            )
        streams = list(zip(*references, strict=True))
        bleu = sacrebleu.corpus_bleu(predictions, streams)
        return {
            "score": bleu.score,
            "counts": bleu.counts,
            "totals": bleu.totals,
            "precisions": bleu.precisions,
            "bp": bleu.bp,
            "sys_len": bleu.sys_len,
            "ref_len": bleu.ref_len,
        }

    def add_batch(self, *, predictions=None, references=None, **options):
        """As ``evaluate.Metric.add_batch``, which fails on a batch without rows."""
        # It looks at the first reference, to see of which of two kinds they are.
        if predictions is None or len(predictions):
            super().add_batch(predictions=predictions, references=references, **options)

    def compute(self, *, predictions=None, references=None, **options):
        """As ``evaluate.Metric.compute``, but refuses to score nothing."""
        if predictions is not None and len(predictions) == 0:
            raise ValueError("there is nothing to score: no predictions were added")
        return super().compute(
            predictions=predictions, references=references, **options
        )


def bleu(eval_preds, tokenizer) -> dict[str, float]:
    """BLEU (0–100) of generated ids against label ids; for ``Seq2SeqTrainer``.

    Args:
        eval_preds: ``(predictions, labels)``, ids of shape ``(rows, length)``; −100
            is ignored in both.
        tokenizer: their tokenizer; bind it with ``functools.partial``.

    Returns:
        ``{"bleu": …}``, as ``compute_metrics`` must.
    """
    predictions, labels = eval_preds
    score = Bleu().compute(
        predictions=decode_ids(predictions, tokenizer),
        references=decode_ids(labels, tokenizer),
    )
    return {"bleu": score["score"]}


def check_languages(tokenizer, *, source_lang: str, target_lang: str) -> str:
    """Makes sure that a checkpoint translates between these languages.

    A Marian's code of more than two letters (``ROMANCE``, ``mul``) may stand for a
    group, and passes.  mBART's, M2M100's and NLLB's tokenizers have codes of their own,
    ``src_lang`` and ``tgt_lang``: they must be given, known and different, but are not
    compared with yours.  (To write the target language, the models of mBART-50, M2M100
    and NLLB also need ``generation_config.forced_bos_token_id``, and mBART's
    ``config.decoder_start_token_id``.)  Others, T5's say, are not checked.

    Returns:
        What to put before every source: ``""``, or ``">>fr<< "`` where one Marian
        checkpoint has several target languages.

    Raises:
        ValueError: the two are the same, or a Marian's are swapped, or the checkpoint
            does not know one of them.
    """
    if hasattr(tokenizer, "src_lang"):
        given = {tokenizer.src_lang, tokenizer.tgt_lang} - {None}
        sides = [tokenizer.unk_token_id]
        if len(given) == 2:
            calls = ({"text": ""}, {"text_target": ""})
            with suppress(KeyError):  # M2M100's raises it where it has no such code
                sides = [i for call in calls for i in tokenizer(**call)["input_ids"]]
        if tokenizer.unk_token_id in sides:
            raise ValueError(
                f"src_lang is {tokenizer.src_lang!r}, tgt_lang {tokenizer.tgt_lang!r}: "
                "give from_pretrained two codes that this tokenizer has"
            )
    source = getattr(tokenizer, "source_lang", None)
    target = getattr(tokenizer, "target_lang", None)
    if source_lang == target_lang:
        raise ValueError(f"source_lang and target_lang are both {source_lang!r}")
    if (source_lang, target_lang) == (target, source):
        raise ValueError(
            f"the checkpoint translates {source} → {target}, not {target} → {source}: "
            "swap source_lang and target_lang, or load the other checkpoint"
        )
    codes = getattr(tokenizer, "supported_language_codes", [])
    pairs = [("source_lang", source_lang, source), ("target_lang", target_lang, target)]
    for name, asked, known in pairs[:1] if codes else pairs:
        if known is not None and len(known) == 2 and asked != known:
            raise ValueError(
                f"{name} is {asked!r}, but the checkpoint translates {source} → "
                f"{target}: load a checkpoint for {source_lang} → {target_lang}"
            )
    if not codes:
        return ""
    if f">>{target_lang}<<" not in codes:
        raise ValueError(
            f"the checkpoint has no target language {target_lang!r}: choose from "
            f"{' '.join(sorted(codes))}"
        )
    return f">>{target_lang}<< "


def load_pairs(path: str, *, source_lang: str, target_lang: str):
    """Pairs of your own from a TSV file: source, tab, target on each line.

    Args:
        path: a UTF-8 text file; blank lines are skipped, there is no header.
        source_lang: language of the first column.
        target_lang: language of the second.

    Returns:
        A ``datasets.Dataset`` with ``id`` (the line number, a string) and
        ``translation``, as KDE4 has them.

    Raises:
        ValueError: a line has not exactly two columns with text, or is not UTF-8 (the
            line's number is given); or the file has no pairs.
    """
    ids, pairs = [], []
    with open(path, "rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise ValueError(
                    f"{path}, line {number} is not UTF-8: save the file as UTF-8"
                ) from error
            line = line.rstrip("\r\n")
            if not line.strip():
                continue
            columns = [column.strip() for column in line.split("\t")]
            if len(columns) != 2 or not all(columns):
                empty = ", one of them empty" if not all(columns) else ""
                raise ValueError(
                    f"{path}, line {number}: expected a text in {source_lang!r}, a tab "
                    f"and a text in {target_lang!r}; columns found: "
                    f"{len(columns)}{empty}"
                )
            ids.append(str(number))
            pairs.append(dict(zip((source_lang, target_lang), columns, strict=True)))
    if not pairs:
        raise ValueError(f"{path} has no pairs: one pair a line, with a tab between")
    return _make_dataset(ids, pairs, source_lang, target_lang)


def load_catalogues(folder: str, *, source_lang: str, target_lang: str):
    """The translated strings of a software's message catalogues in Jed's JSON format.

    JupyterLab's language packs carry such files: a dictionary from source string to
    its translations, one for each plural form, of which the first is taken.  A key
    may start with a context and the character U+0004; the entry ``""`` is the header.

    Args:
        folder: where the ``*.json`` files lie.
        source_lang: language of the keys.
        target_lang: language of the translations.

    Returns:
        A ``datasets.Dataset`` of distinct pairs, as :func:`load_pairs` gives it;
        untranslated strings are left out.

    Raises:
        FileNotFoundError: the folder holds no catalogue.
        ValueError: a file is no catalogue.
    """
    import json
    from pathlib import Path

    files = sorted(Path(folder).glob("*.json"))
    if not files:
        raise FileNotFoundError(f"{folder} holds no *.json catalogue")
    found = {}
    for file in files:
        try:
            entries = json.loads(file.read_text(encoding="utf-8")).items()
            for key, forms in entries:
                if key and not isinstance(forms, list):
                    raise TypeError(f"{key!r} has no list of translations")
                source = key.split("\x04")[-1].strip()
                target = forms[0].strip() if key and forms else ""
                if source and target:
                    found.setdefault((source, target), f"{file.stem}:{key}")
        except (ValueError, AttributeError, TypeError) as error:
            raise ValueError(
                f"{file} is no message catalogue in Jed's format ({error}): take it "
                "out of the folder"
            ) from error
    pairs = [{source_lang: source, target_lang: target} for source, target in found]
    return _make_dataset(list(found.values()), pairs, source_lang, target_lang)


def _make_dataset(ids, pairs, source_lang, target_lang):
    """A data set of pairs with KDE4's columns and types."""
    import datasets

    features = datasets.Features(
        {
            "id": datasets.Value("string"),
            "translation": datasets.Translation(languages=[source_lang, target_lang]),
        }
    )
    rows = {"id": ids, "translation": pairs}
    return datasets.Dataset.from_dict(rows, features=features)
