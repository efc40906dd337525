"""Text in, generated text out, for every model that has ``generate``."""

from contextlib import contextmanager


def generate_texts(
    texts: list[str],
    model,
    tokenizer,
    *,
    max_new_tokens: int,
    batch_size: int = 32,
    max_length: int | None = None,
    num_beams: int = 1,
    do_sample: bool = False,
    **generation_options,
) -> list[str]:
    """What the model generates for each text, in the order of the texts.

    Texts are batched by length, longest first, so that a batch holds little padding
    and memory runs out at once or not at all.  A decoder-only model is padded on the
    left, and its continuation is returned without the prompt.  Of a prompt that is too
    long it reads the end, other models the beginning.  Greedy and beam search give the
    same texts for every batch size, up to rounding; sampling does not.

    Args:
        texts: the inputs; none may tokenize to nothing.
        model: a model with ``generate``; it is put into evaluation mode and back.
        tokenizer: its tokenizer, with a padding token.
        max_new_tokens: how many tokens to generate at most; prompt tokens not counted.
        batch_size: texts a batch.
        max_length: input tokens to keep of each text; ``None``: the tokenizer's limit.
        num_beams: beams of the search; 1 is greedy.
        do_sample: draw the next token instead of taking the likeliest.
        generation_options: anything else that ``generate`` takes, one text out for
            each in.

    Returns:
        One string a text, special tokens removed.  Tokenizers of SentencePiece, such
            as Llama's, also drop a space at its beginning.

    Raises:
        TypeError: ``texts`` is one string, or one of them is none.
        ValueError: the tokenizer has no padding token, a text has no tokens, a count
            is below 1, a text is longer than the model takes or a prompt leaves no
            room for ``max_new_tokens``, or a ``generation_config`` is given.
    """
    import torch

    if min(max_new_tokens, batch_size) < 1:
        raise ValueError("max_new_tokens and batch_size must be 1 or more")
    if "generation_config" in generation_options:
        raise ValueError("give its settings as arguments, not a generation_config")
    # Without pad_token_id a stop token of the caller's fills up shorter rows, as text.
    defaults = {"use_cache": True, "pad_token_id": tokenizer.pad_token_id}
    continues = not model.config.is_encoder_decoder
    side = "left" if continues else tokenizer.truncation_side
    options = {"max_length": max_length, "truncation_side": side}
    input_ids = tokenize_prompts(texts, tokenizer, **options)
    check_room(input_ids, model, max_new_tokens=max_new_tokens if continues else 0)
    order = sorted(range(len(input_ids)), key=lambda row: -len(input_ids[row]))
    generated: list[str] = [""] * len(input_ids)
    with generating(model), torch.inference_mode():
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = tokenizer.pad(
                {"input_ids": [input_ids[row] for row in rows]},
                padding_side="left" if continues else "right",
                return_tensors="pt",
            ).to(model.device)
            output = model.generate(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                max_new_tokens=max_new_tokens,
                num_beams=num_beams,
                do_sample=do_sample,
                tokenizer=tokenizer,  # stop_strings needs it
                **defaults | generation_options,
            )
            if continues:
                output = output[:, batch["input_ids"].shape[1] :]
            decoded = tokenizer.batch_decode(output, skip_special_tokens=True)
            for row, text in zip(rows, decoded, strict=True):
                generated[row] = text
    return generated


def tokenize_prompts(
    texts: list[str],
    tokenizer,
    *,
    max_length: int | None = None,
    truncation_side: str = "right",
) -> list[list[int]]:
    """The token ids of each text, cut to ``max_length`` or the tokenizer's limit.

    Args:
        texts: the inputs.
        tokenizer: left as it is.
        max_length: tokens to keep of each text; ``None``: the tokenizer's limit.
        truncation_side: where a longer text is cut; ``"left"`` keeps its end.

    Raises:
        TypeError: ``texts`` is one string, or one of them is none.
        ValueError: the tokenizer has no padding token, ``max_length`` is below 1, or a
            text has no tokens.
    """
    if isinstance(texts, str):
        raise TypeError("texts is one string: give a list, [text]")
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"text {row} is {text!r}, not a string: leave it out")
    if tokenizer.pad_token_id is None:
        raise ValueError("the tokenizer has no padding token: set tokenizer.pad_token")
    if len(texts) == 0:
        return []
    limit = tokenizer.model_max_length if max_length is None else max_length
    if limit < 1:
        raise ValueError(f"max_length is {limit}: give 1 or more")
    # Where a tokenizer knows no limit, model_max_length is a huge number.
    limited = {"truncation": True, "max_length": limit} if limit < 10**9 else {}
    own_side, tokenizer.truncation_side = tokenizer.truncation_side, truncation_side
    try:
        input_ids = tokenizer(list(texts), **limited)["input_ids"]
    finally:
        tokenizer.truncation_side = own_side
    for row, ids in enumerate(input_ids):
        if not ids:
            raise ValueError(f"text {row} is empty: there is nothing to start from")
    return input_ids


def check_room(input_ids: list[list[int]], model, *, max_new_tokens: int) -> None:
    """Makes sure that texts, and continuations of prompts, fit the model's positions.

    ``max_new_tokens`` is 0 for an encoder-decoder, which continues nothing.

    Raises:
        ValueError: a text is too long, or leaves no room for ``max_new_tokens``.
    """
    places = getattr(model.config, "max_position_embeddings", None)
    if places is None:
        return
    room = places - max_new_tokens
    for row, ids in enumerate(input_ids):
        if len(ids) <= room:
            continue
        if not max_new_tokens:
            raise ValueError(
                f"text {row} has {len(ids)} tokens, and the model {places} positions: "
                f"set max_length to {places}"
            )
        advice = "lower max_new_tokens"
        if room > 0:
            advice += f", or set max_length to {room}"
        raise ValueError(
            f"text {row} has {len(ids)} tokens, which leaves no room for "
            f"{max_new_tokens} new ones in the model's {places}: {advice}"
        )


@contextmanager
def generating(model):
    """Evaluation mode, and no upper limit but the caller's; both undone at the end.

    A checkpoint's own ``generation_config.max_length`` (512 for Marian) would be
    overruled by ``max_new_tokens`` with a warning for each batch.
    """
    was_training, own_limit = model.training, model.generation_config.max_length
    model.eval()
    model.generation_config.max_length = None
    try:
        yield model
    finally:
        model.generation_config.max_length = own_limit
        model.train(was_training)
