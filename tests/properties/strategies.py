"""Random texts, with the kinds that break tokenizers and metrics among them."""

from hypothesis import strategies as st

# Right-to-left, combining marks, astral characters, controls, no-break and zero-width
# spaces, a byte-order mark: what plain `st.text()` seldom draws.
ODD = (
    "שלום עולם",
    "مرحبا بالعالم",
    "e\u0301n\u0303 a\u0308",
    "👩\u200d👩\u200d👧 🇪🇸 𝒳𝓎𝓏 𐍈",
    "naïve façade ¿qué?",
    "我喜欢读书。カナ 한국어",
    "a\u00a0b\u200bc\ufeffd\u2028e",
    "tab\tand\r\nlines\x0b\x1f",
    "<|endoftext|> </s> <pad> [SEP] >>fr<<",
    "import pandas as pd\npd.DataFrame(x)\n",
    "%1 &lt;b&gt; <br />",
)
# Lone surrogates are no text: UTF-8 cannot hold them.
character = st.characters(exclude_categories=["Cs"])
odd = st.sampled_from(ODD)
text = st.one_of(
    st.just(""),
    character,
    st.text(character, max_size=40),
    odd,
    st.lists(odd, min_size=2, max_size=4).map(" ".join),
)
filled = text.filter(str.strip)  # with something to see
texts = st.lists(text, min_size=1, max_size=6)
