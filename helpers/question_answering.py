"""The answer to a question, as a span of a text."""


# The notebook of chapter 1 shows this function in full; see "Checked copies" in
# CONTRIBUTING.md.
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
            ``end_logits`` of shape ``(windows, seq_len)``.
        tokenizer: its fast tokenizer.
        max_answer_tokens: longer spans are not considered.
        stride: how many context tokens two windows share.

    Returns:
        ``answer``; ``start`` and ``end``, its characters in the context; ``score``, the
        product of the probabilities of its first and last token among the context's
        tokens of its window.

    Raises:
        ValueError: the question or the context is empty.

    The span search is that of BERT's paper, section 4.2 (https://arxiv.org/abs/1810.04805).
    """
    import torch

    if not question.strip() or not context.strip():
        raise ValueError("question and context must both have text: one is empty")
    windows = tokenizer(
        question,
        context,
        truncation="only_second",
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        padding=True,
        return_tensors="pt",
    )
    offsets = windows.pop("offset_mapping")
    windows.pop("overflow_to_sample_mapping")
    in_context = torch.tensor(
        [
            [part == 1 for part in windows.sequence_ids(window)]
            for window in range(len(offsets))
        ]
    )
    model.eval()
    with torch.inference_mode():
        output = model(**windows.to(model.device))
    start, end = (
        logits.float().cpu().masked_fill(~in_context, float("-inf")).softmax(-1)
        for logits in (output.start_logits, output.end_logits)
    )
    # scores[window, first, last], for first <= last < first + max_answer_tokens
    scores = start[:, :, None] * end[:, None, :]
    scores = scores.triu().tril(max_answer_tokens - 1)
    best = int(scores.argmax())
    window, span = divmod(best, scores[0].numel())
    first, last = divmod(span, scores.shape[-1])
    begin, stop = int(offsets[window, first, 0]), int(offsets[window, last, 1])
    return {
        "answer": context[begin:stop],
        "start": begin,
        "end": stop,
        "score": float(scores.flatten()[best]),
    }
