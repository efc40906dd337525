"""The answer to a question, as a span of a text."""


def find_answer(
    question: str,
    context: str,
    model,
    tokenizer,
    *,
    max_answer_tokens: int = 30,
    stride: int = 128,
) -> dict:
    """The span of the context that answers the question best.

    A context longer than the model takes is cut into windows that overlap by
    ``stride`` tokens, and the best span of all windows wins.

    Args:
        question: what is asked.
        context: where the answer stands.
        model: an extractive question-answering model; it gives ``start_logits`` and
            ``end_logits`` of shape ``(windows, seq_len)``.  It is put into evaluation
            mode and back.
        tokenizer: its fast tokenizer; it cuts windows where it states the model's limit
            (``model_max_length``).
        max_answer_tokens: longer spans are not considered.
        stride: how many context tokens two windows share.

    Returns:
        ``answer``; ``start`` and ``end``, its characters in the context; ``score``, the
        product of the probabilities of its first and last token among the context's
        tokens in all windows.

    Raises:
        ValueError: the question or the context is empty, question and stride fill a
            window of the model, or ``max_answer_tokens`` is below 1.

    The span search is that of BERT's paper, section 4.2 (https://arxiv.org/abs/1810.04805).
    """
    import torch

    if len(tokenizer.tokenize(question)) + stride >= tokenizer.max_len_sentences_pair:
        raise ValueError("question and stride leave no room: shorten one of them")
    options = {"truncation": "only_second", "stride": stride, "padding": True}
    options |= {"return_overflowing_tokens": True, "return_offsets_mapping": True}
    windows = tokenizer(question, context, return_tensors="pt", **options)
    offsets, _ = map(windows.pop, ("offset_mapping", "overflow_to_sample_mapping"))
    parts = [windows.sequence_ids(window) for window in range(len(offsets))]
    outside = torch.tensor([[part != 1 for part in row] for row in parts])
    if not question.strip() or outside.all() or max_answer_tokens < 1:
        raise ValueError("question and context need text, max_answer_tokens 1 or more")
    was_training = model.training
    with torch.inference_mode():
        output = model.eval()(**windows.to(model.device))
    model.train(was_training)
    logits = torch.stack([output.start_logits, output.end_logits]).cpu()
    start, end = logits.masked_fill(outside, -torch.inf).flatten(1).softmax(1)
    # (windows, first token, last token), the last at most so many after the first
    start, end = start.view(*outside.shape, 1), end.view(len(outside), 1, -1)
    scores = (start * end).triu().tril(max_answer_tokens - 1)
    window, first, last = torch.unravel_index(scores.argmax(), scores.shape)
    begin, stop = int(offsets[window, first, 0]), int(offsets[window, last, 1])
    answer = context[begin:stop].lstrip()  # some tokens begin with the space before
    place = {"start": stop - len(answer), "end": stop, "score": scores.max().item()}
    return {"answer": answer} | place
