"""Looking up the most similar known text."""


def most_similar(texts, known, vectorizer, *, rows: int = 500) -> list[int]:
    """For each text the row of the known text whose vector is most like its own.

    Likeness is the product of two vectors, which is their cosine where they have length
    1, as those of scikit-learn's ``TfidfVectorizer``.  Of equals the first counts.

    Args:
        texts: what to look up, a sequence of strings.
        known: where to look, a sequence of strings.
        vectorizer: with ``fit_transform`` and ``transform`` to sparse rows; it is
            fitted to ``known``.
        rows: how many texts are compared at a time; all at once could fill the memory.

    Raises:
        ValueError: from ``TfidfVectorizer``, where no known text has a word.
    """
    import numpy as np

    vectors = vectorizer.fit_transform(known)
    nearest = []
    for start in range(0, len(texts), rows):
        likeness = vectorizer.transform(texts[start : start + rows]) @ vectors.T
        nearest += np.ravel(likeness.argmax(axis=1)).tolist()
    return nearest
