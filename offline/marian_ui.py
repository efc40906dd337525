"""A Marian of 0.9M parameters that translates interface strings into general French.

It plays the part of ``Helsinki-NLP/opus-mt-en-fr``: same architecture, tokenizer
class, special tokens and generation settings, pretrained on the *general* register of
``_ui_grammar`` (plugin, thread, e-mail, imperatives), so that fine-tuning on the
official register of ``ui_strings`` shows what fine-tuning on KDE4 shows.

None of the sentences of ``ui_strings``, and none of ``_ui_grammar.RESERVED``, is in
its training set.  The SentencePiece models see French of both registers, as those of
the real checkpoint saw KDE's strings.

Training is sensitive: post-norm layers need the long warm-up, or the loss stays at the
unigram level.  Weights are stored in float32: ``from_pretrained`` loads the stored
precision, and AdamW in half precision does not train.
"""

import io
import json
import random
import time
from importlib.metadata import version
from pathlib import Path

from offline import _ui_grammar as grammar
from offline import ui_strings

RECIPES = ("_ui_grammar", "ui_strings")
SEED = 11
TRAIN_PAIRS = 40_000
HELD_OUT_PAIRS = 300
STEPS = 1_200
BATCH_SIZE = 64
LEARNING_RATE = 2.5e-3
WARMUP_STEPS = 300
PIECES = 700
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CHARACTERS = (
    f"{LETTERS}{LETTERS.upper()}0123456789 .,:;!?%$#&@()[]{{}}<>/\\|+-*=_~^'\"`"
    "àâæçéèêëîïôœùûüÿÀÂÇÉÈÊËÎÏÔŒÙÛÜ«»’…"
)
VERSIONS = ("torch", "transformers", "sentencepiece", "sacrebleu")


def general_sentences() -> tuple[list[grammar.Sentence], list[grammar.Sentence]]:
    """Sentences to pretrain on, and held-out ones; none of them in ``ui_strings``."""
    official = frozenset(english for english, _, _ in ui_strings.sentences())
    count = TRAIN_PAIRS + HELD_OUT_PAIRS
    drawn = grammar.draw_distinct(count, seed=SEED, without=official)
    random.Random(SEED).shuffle(drawn)
    return drawn[HELD_OUT_PAIRS:], drawn[:HELD_OUT_PAIRS]


def _train_pieces(texts: list[str], path: Path) -> list[str]:
    """Writes a SentencePiece model; returns its pieces without ``<unk>``."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=model,
        vocab_size=PIECES,
        hard_vocab_limit=False,
        character_coverage=1.0,
        required_chars=CHARACTERS.replace(" ", ""),
        normalization_rule_name="nfkc",
        bos_id=-1,
        eos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    path.write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = [processor.IdToPiece(index) for index in range(len(processor))]
    return [piece for piece in pieces if piece != "<unk>"]


def _make_tokenizer(folder: Path, sentences: list[grammar.Sentence]):
    from transformers import MarianTokenizer

    source = _train_pieces([row[0] for row in sentences], folder / "source.spm")
    french = [text for row in sentences for text in row[1:]]
    target = _train_pieces(french, folder / "target.spm")
    pieces = ["</s>", "<unk>", *sorted({*source, *target}), "<pad>"]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    text = json.dumps(vocabulary, ensure_ascii=False, indent=0)
    (folder / "vocab.json").write_text(text, encoding="utf-8")
    tokenizer = MarianTokenizer(
        *(str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")),
        source_lang="en",
        target_lang="fr",
        model_max_length=512,
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def _make_model(tokenizer):
    from transformers import GenerationConfig, MarianConfig, MarianMTModel

    pad, end = tokenizer.pad_token_id, tokenizer.eos_token_id
    config = MarianConfig(
        vocab_size=len(tokenizer),
        d_model=128,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=256,
        decoder_ffn_dim=256,
        max_position_embeddings=512,
        activation_function="swish",
        scale_embedding=True,
        dropout=0.1,
        pad_token_id=pad,
        eos_token_id=end,
        decoder_start_token_id=pad,
        forced_eos_token_id=end,
    )
    model = MarianMTModel(config)
    model.generation_config = GenerationConfig(
        bad_words_ids=[[pad]],
        decoder_start_token_id=pad,
        eos_token_id=end,
        forced_eos_token_id=end,
        pad_token_id=pad,
        max_length=512,
        num_beams=4,
        renormalize_logits=True,
    )
    return model


def _train(model, tokenizer, sentences: list[grammar.Sentence]) -> None:
    import torch
    from transformers import DataCollatorForSeq2Seq, get_linear_schedule_with_warmup

    english = [row[0] for row in sentences]
    encoded = tokenizer(english, text_target=[row[1] for row in sentences])
    rows = [
        {"input_ids": source, "labels": target}
        for source, target in zip(encoded["input_ids"], encoded["labels"], strict=True)
    ]
    collate = DataCollatorForSeq2Seq(tokenizer, model=model)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01
    )
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP_STEPS, STEPS)
    rng = random.Random(SEED)
    model.train()
    for step in range(STEPS):
        batch = collate(rng.sample(rows, BATCH_SIZE))
        loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        if (step + 1) % 100 == 0:
            print(f"step {step + 1}: loss {loss.item():.3f}", flush=True)


def measure(folder: Path) -> dict[str, float]:
    """BLEU (0–100) of the stored checkpoint, greedy, on held-out sentences.

    ``general_bleu`` is on its own register; ``official_bleu`` on ``HELD_OUT_PAIRS``
    sentences of ``ui_strings``.
    """
    import sacrebleu
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    sets = {
        "general_bleu": [row[:2] for row in general_sentences()[1]],
        "official_bleu": [row[::2] for row in ui_strings.sentences()[:HELD_OUT_PAIRS]],
    }
    scores = {}
    for name, pairs in sets.items():
        batch = tokenizer(
            [english for english, _ in pairs], padding=True, return_tensors="pt"
        )
        with torch.inference_mode():
            output = model.generate(**batch, num_beams=1, max_new_tokens=64)
        texts = tokenizer.batch_decode(output, skip_special_tokens=True)
        references = [[french for _, french in pairs]]
        score = sacrebleu.corpus_bleu(texts, references).score
        scores[name] = round(score, 2)
    return scores


def build(folder: Path) -> None:
    """Trains tokenizer and model (four minutes on 2 CPU cores) and scores them."""
    import torch

    from offline import recipe_hash

    folder = Path(folder)
    started = time.perf_counter()
    sentences, _ = general_sentences()
    tokenizer = _make_tokenizer(folder, sentences)
    torch.manual_seed(SEED)
    model = _make_model(tokenizer)
    _train(model, tokenizer, sentences)
    model.save_pretrained(folder)
    manifest = {
        "recipe": "offline/marian_ui.py",
        "recipe_hash": recipe_hash("marian_ui"),
        "licence": "Apache-2.0",
        "parameters": model.num_parameters(),
        "training_seconds": round(time.perf_counter() - started),
        "versions": {name: version(name) for name in VERSIONS},
        "quality_after_reloading": measure(folder),
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "MANIFEST.json").write_text(text, encoding="utf-8")
