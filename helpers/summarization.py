"""Reviews to titles: load, clean and tokenize them; lead-3; ROUGE for any script.

A review is a row with ``review_body``, ``review_title`` and ``language``, as in
``amazon_reviews_multi``; the title is the reference summary of the body.
"""

from collections.abc import Iterable
from pathlib import Path

import evaluate

from helpers.translation import decode_ids

SPLITS = ("train", "validation", "test")

# Written without the last dot and in lower case, as Punkt keeps them.
ABBREVIATIONS = {
    "en": (
        *("u.s", "u.n", "u.k", "e.g", "i.e", "etc", "vs", "approx", "vol", "no", "p"),
        *("pp", "ch", "ed", "dr", "mr", "mrs", "ms", "prof", "st", "jr", "sr", "a.m"),
        "p.m",
    ),
    "es": (
        *("ee", "uu", "p", "ej", "p.ej", "etc", "aprox", "vol", "pág", "págs", "cap"),
        *("núm", "ed", "dr", "dra", "sr", "sra", "srta", "ud", "uds", "av", "a.c"),
        "d.c",
    ),
}


def load_reviews(name: str, language: str):
    """The three splits of one language's reviews.

    ``name`` is a local folder with a configuration a language, or a repository on the
    Hub that keeps ``<language>/<split>.jsonl.gz``.  The copies of
    ``amazon_reviews_multi`` do, beside a loading script that ``datasets`` no longer
    runs; so their files are fetched one by one, and found again without a network.

    Returns:
        A ``DatasetDict`` with ``train``, ``validation`` and ``test``.
    """
    from datasets import load_dataset
    from huggingface_hub import hf_hub_download

    if Path(name).is_dir():
        return load_dataset(name, language)
    files = {
        split: hf_hub_download(
            name, f"{language}/{split}.jsonl.gz", repo_type="dataset"
        )
        for split in SPLITS
    }
    return load_dataset("json", data_files=files)


def clean_text(text: str | None) -> str:
    """The text without HTML tags and entities, with single spaces; emoji stay.

    Tags go also where they were escaped, as ``&lt;br&gt;``, and so does what looks like
    one: of ``a <b and b> c`` remains ``a c``.
    """
    import html
    import re

    text = re.sub(r"</?[a-zA-Z][^<>]*>", " ", html.unescape(text or ""))
    return " ".join(text.split())


def has_summary(review: dict, *, min_title_words: int = 3) -> bool:
    """Whether title and body make an example to learn from; for ``Dataset.filter``.

    False where one of them is empty, where the title has fewer than
    ``min_title_words`` words ("Five stars" sums up nothing), and where it is not
    shorter than the body.  Words are what spaces separate.
    """
    title = (review["review_title"] or "").split()
    body = (review["review_body"] or "").split()
    return max(min_title_words, 1) <= len(title) < len(body)


def tokenize_reviews(
    reviews: dict,
    tokenizer,
    *,
    max_input_length: int = 512,
    max_target_length: int = 30,
) -> dict:
    """Token ids of the bodies, and of the titles as labels; for ``Dataset.map``.

    The titles go in as ``text_target``, so that a tokenizer with another mode for
    targets uses it.

    Args:
        reviews: a batch of rows with ``review_body`` and ``review_title``.
        tokenizer: the checkpoint's tokenizer.
        max_input_length: tokens kept of a body, the end-of-text token included.
        max_target_length: tokens kept of a title, the end-of-text token included.

    Returns:
        ``input_ids``, ``attention_mask`` and ``labels``: a list of lists each, not
        padded.

    Raises:
        TypeError: ``reviews`` is one row, as ``map`` gives it without ``batched``.
        ValueError: a body or a title is empty.
    """
    if isinstance(reviews["review_body"], str):
        raise TypeError("this is one row: say batched=True to Dataset.map")
    for column in ("review_body", "review_title"):
        for row, text in enumerate(reviews[column]):
            if not (text or "").strip():
                raise ValueError(
                    f"row {row} of the batch has an empty {column}: drop such rows "
                    "first, with Dataset.filter(has_summary)"
                )
    model_inputs = tokenizer(
        reviews["review_body"], max_length=max_input_length, truncation=True
    )
    labels = tokenizer(
        text_target=reviews["review_title"],
        max_length=max_target_length,
        truncation=True,
    )
    model_inputs["labels"] = labels["input_ids"]
    return model_inputs


def count_truncated(texts: Iterable[str], tokenizer, *, max_length: int) -> int:
    """How many texts are longer than ``max_length`` tokens, end-of-text included.

    Raises:
        TypeError: ``texts`` is one string.
    """
    if isinstance(texts, str):
        raise TypeError("texts is one string: give a list, [text]")
    texts = list(texts)
    token_ids = tokenizer(texts, verbose=False)["input_ids"] if texts else []
    return sum(len(ids) > max_length for ids in token_ids)


def load_sentence_splitter(language: str, texts: Iterable[str]):
    """A Punkt sentence splitter of the language, and a phrase that says which it is.

    Punkt (Kiss and Strunk 2006, https://aclanthology.org/J06-4003) learns from plain
    text which dots end sentences, so nothing is downloaded.  Of the abbreviations
    that it finds, those with a dot inside are kept: in reviews of one subject many a
    common word is always the last of its sentence, and would pass for one.  The usual
    ones of ``ABBREVIATIONS`` are added.

    Args:
        language: ``"en"`` or ``"es"``.
        texts: text of that language to learn from.

    Returns:
        ``(splitter, origin)``, the first for :func:`split_sentences`.

    Raises:
        TypeError: ``texts`` is one string.
        ValueError: another language, or no text.
    """
    from nltk.tokenize import punkt

    if isinstance(texts, str):
        raise TypeError("texts is one string: give a list, [text]")
    if language not in ABBREVIATIONS:
        known = ", ".join(repr(name) for name in ABBREVIATIONS)
        raise ValueError(
            f"no sentence splitter for the language {language!r}, only for {known}: "
            "keep the rows of these, or add the language to "
            "helpers.summarization.ABBREVIATIONS"
        )
    trainer = punkt.PunktTrainer()
    count = 0
    for text in texts:
        trainer.train(text, finalize=False)
        count += 1
    if count == 0:
        raise ValueError(f"there is no {language!r} text to learn sentence ends from")
    trainer.finalize_training()
    parameters = trainer.get_params()
    learned = {word for word in parameters.abbrev_types if "." in word}
    parameters.abbrev_types = learned | set(ABBREVIATIONS[language])
    splitter = punkt.PunktSentenceTokenizer(parameters)
    return splitter, f"Punkt, trained on {count:,} texts"


def split_sentences(text: str, splitter) -> list[str]:
    """The sentences of a text; none of an empty one.

    Punkt looks for a capital to be sure of a sentence's start; here the inverted mark
    of a Spanish question or exclamation before the capital counts too.  The one
    character ``…`` ends a sentence where a capital follows, and the marks ``。！？`` of
    Chinese and Japanese do with no space behind them.
    """
    import re

    capital = "A-ZÁÉÍÓÚÜÑ"
    ends = (
        rf"(?<=[.!?…])\s+(?=[¿¡]+[{capital}])",
        rf"(?<=…)\s+(?=[{capital}])",
        r"(?<=[。！？])\s*(?![。！？」』”’）\s])(?=.)",
    )
    found = splitter.tokenize(text.strip())
    return [part for sentence in found for part in re.split("|".join(ends), sentence)]


def lead_sentences(text: str, splitter, *, count: int = 3) -> str:
    """The first ``count`` sentences of a text, one a line: the lead baseline.

    Args:
        text: any text; of an empty one nothing comes back.
        splitter: from :func:`load_sentence_splitter`.
        count: how many sentences to keep.
    """
    return "\n".join(split_sentences(text, splitter)[:count])


def split_words(text: str, *, use_stemmer: bool = False) -> list[str]:
    """The words of a text in any script, in lower case: what ROUGE compares.

    Letters with their accents, and digits, make words; where a script writes no
    spaces (Chinese, Japanese), each character is one.  In English this is what
    ``rouge_score`` does by default, but that keeps a–z and 0–9 only, whatever the
    language.

    Args:
        text: any text; of an empty one no words come back.
        use_stemmer: cut English endings with Porter's stemmer, words of more than
            three characters only.  It knows no other language.
    """
    import unicodedata

    import regex

    text = unicodedata.normalize("NFKC", text).lower()
    spaceless = r"\p{Han}\p{Hiragana}\p{Katakana}"
    first = rf"[[\p{{L}}\p{{N}}]--[{spaceless}]]"  # not an emoji's invisible mark
    pattern = rf"[{spaceless}]|{first}[[\p{{L}}\p{{M}}\p{{N}}]--[{spaceless}]]*"
    words = regex.findall(pattern, text, flags=regex.VERSION1)
    if use_stemmer:
        from nltk.stem.porter import PorterStemmer

        stem = PorterStemmer().stem
        words = [stem(word) if len(word) > 3 else word for word in words]
    return words


class Rouge(evaluate.Metric):
    """ROUGE as an ``evaluate`` metric: ``add_batch``, ``compute``, no remote code.

    ``compute`` takes ``predictions`` and ``references``, a text each, and returns the
    mean F1 (0–100) of ``rouge1``, ``rouge2``, ``rougeL`` (longest common subsequence
    of the whole texts) and ``rougeLsum`` (of the lines).  Words come from
    :func:`split_words`; ``use_stemmer=True`` is for English alone.  An empty
    prediction or reference scores 0.  Definition: Lin (2004),
    https://aclanthology.org/W04-1013, as ``rouge_score`` computes it.

    Raises:
        ValueError: nothing to score, or not as many predictions as references.
    """

    TYPES = ("rouge1", "rouge2", "rougeL", "rougeLsum")

    def _info(self):
        import datasets

        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description="ROUGE F1 of rouge_score, 0 to 100, for any script.",
            citation="Lin (2004), ROUGE: A Package for Automatic Evaluation",
            features=datasets.Features({"predictions": text, "references": text}),
        )

    def _compute(self, predictions, references, use_stemmer=False):
        from rouge_score import rouge_scorer, tokenizers

        if len(predictions) == 0:
            raise ValueError("there is nothing to score: no predictions were added")

        class Words(tokenizers.Tokenizer):
            def tokenize(self, text):
                return split_words(text, use_stemmer=use_stemmer)

        scorer = rouge_scorer.RougeScorer(self.TYPES, tokenizer=Words())
        totals = dict.fromkeys(self.TYPES, 0.0)
        for prediction, reference in zip(predictions, references, strict=True):
            for name, score in scorer.score(reference, prediction).items():
                totals[name] += score.fmeasure
        return {name: 100 * total / len(references) for name, total in totals.items()}


def rouge_by_language(
    predictions: list[str],
    references: list[str],
    languages: list[str],
    splitters: dict,
) -> dict[str, dict[str, float]]:
    """ROUGE F1 (0–100) of each language's summaries, and of all together.

    Predictions and references are treated alike: no stemmer, and every sentence on a
    line of its own before ROUGE-Lsum is taken.

    Args:
        predictions: the summaries.
        references: what they should be, in the same order.
        languages: the language of each.
        splitters: a sentence splitter for each language.

    Returns:
        Scores by language, the last entry being ``"all"``.

    Raises:
        ValueError: a language has no splitter, the lists differ in length, or there
            is nothing to score.
    """
    unknown = sorted(set(languages) - set(splitters))
    if unknown:
        raise ValueError(
            f"there are reviews in {', '.join(unknown)}, but sentence splitters for "
            f"{', '.join(sorted(splitters))} only: drop these rows, or add a splitter"
        )
    if not len(predictions) == len(references) == len(languages):
        raise ValueError(
            f"{len(predictions)} predictions, {len(references)} references and "
            f"{len(languages)} languages: give one of each for every review"
        )
    lines = {name: ([], []) for name in [*sorted(set(languages)), "all"]}
    for *texts, language in zip(predictions, references, languages, strict=True):
        for side, text in enumerate(texts):
            sentences = "\n".join(split_sentences(text, splitters[language]))
            lines[language][side].append(sentences)
            lines["all"][side].append(sentences)
    return {
        name: Rouge().compute(predictions=both[0], references=both[1])
        for name, both in lines.items()
    }


def rouge(
    eval_preds, tokenizer, *, languages: list[str], splitters: dict
) -> dict[str, float]:
    """ROUGE F1 (0–100) of generated ids against label ids; for ``Seq2SeqTrainer``.

    Args:
        eval_preds: ``(predictions, labels)``, ids of shape ``(rows, length)``; −100
            is ignored in both, and so is what several processes repeat at the end.
        tokenizer: their tokenizer; bind it and the rest with ``functools.partial``.
        languages: the language of each row, in the order of the data set.
        splitters: as for :func:`rouge_by_language`.

    Returns:
        ``rouge1`` to ``rougeLsum`` over all rows, ``rouge1_en`` … for each language,
        and ``gen_len``, the mean number of generated tokens.

    Raises:
        ValueError: there are more or fewer rows than ``languages``.
    """
    import numpy as np
    from torch import distributed

    if distributed.is_available() and distributed.is_initialized():
        # Several processes repeat rows at the end, so that each has a full batch.
        eval_preds = [rows[: len(languages)] for rows in eval_preds]
    predictions, labels = eval_preds
    scores = rouge_by_language(
        decode_ids(predictions, tokenizer),
        decode_ids(labels, tokenizer),
        languages,
        splitters,
    )
    result = scores.pop("all")
    for language, by_type in scores.items():
        result[f"rouge1_{language}"] = by_type["rouge1"]
    ignored = {tokenizer.pad_token_id, tokenizer.eos_token_id, -100}
    generated = ~np.isin(predictions, list(ignored))
    result["gen_len"] = float(generated.sum(axis=1).mean())
    return result
