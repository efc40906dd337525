"""Text in, generated text out, for every model that has ``generate``."""


# The notebooks show this function in full; see "Checked copies" in CONTRIBUTING.md.
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
    left, and its continuation is returned without the prompt.

    Args:
        texts: the inputs; none may tokenize to nothing.
        model: a model with ``generate``; it is put into evaluation mode and back.
        tokenizer: its tokenizer, with a padding token.
        max_new_tokens: how many tokens to generate at most; prompt tokens not counted.
        batch_size: texts a batch.
        max_length: input tokens to keep of each text; ``None``: the model's limit.
        num_beams: beams of the search; 1 is greedy.
        do_sample: draw the next token instead of taking the likeliest.
        generation_options: anything else that ``generate`` takes.

    Returns:
        One string a text, special tokens removed.

    Raises:
        ValueError: the tokenizer has no padding token, or a text has no tokens.
    """
    import torch

    if tokenizer.pad_token_id is None:
        raise ValueError("the tokenizer has no padding token: set tokenizer.pad_token")
    continues = not model.config.is_encoder_decoder
    side = "left" if continues else "right"
    limit = {"truncation": True}
    if max_length is not None:
        limit["max_length"] = max_length
    input_ids = tokenizer(list(texts), **limit)["input_ids"]
    empty = [index for index, ids in enumerate(input_ids) if not ids]
    if empty:
        raise ValueError(f"text {empty[0]} is empty: there is nothing to start from")
    order = sorted(range(len(input_ids)), key=lambda index: -len(input_ids[index]))
    generated: list[str] = [""] * len(input_ids)
    was_training = model.training
    model.eval()
    try:
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = tokenizer.pad(
                {"input_ids": [input_ids[row] for row in rows]},
                padding_side=side,
                return_tensors="pt",
            ).to(model.device)
            with torch.inference_mode():
                output = model.generate(
                    input_ids=batch["input_ids"],
                    attention_mask=batch["attention_mask"],
                    max_new_tokens=max_new_tokens,
                    num_beams=num_beams,
                    do_sample=do_sample,
                    **generation_options,
                )
            if continues:
                output = output[:, batch["input_ids"].shape[1] :]
            decoded = tokenizer.batch_decode(output, skip_special_tokens=True)
            for row, text in zip(rows, decoded, strict=True):
                generated[row] = text
    finally:
        model.train(was_training)
    return generated
