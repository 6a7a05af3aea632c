"""The papers behind each lab: what it shows was found, or first done, there."""

from __future__ import annotations

from tracker.concepts.labs.results import LabPaper

BEHIND: dict[str, tuple[LabPaper, ...]] = {
    "word-arithmetic": (
        LabPaper("1301.3781", "Efficient Estimation of Word Representations in Vector Space", "the analogy test"),
        LabPaper(
            "1607.06520",
            "Man is to Computer Programmer as Woman is to Homemaker? Debiasing Word Embeddings",
            "bias as a direction between pairs of words",
        ),
        LabPaper(
            "1608.07187",
            "Semantics derived automatically from language corpora contain human-like biases",
            "bias measured by nearness of word vectors",
        ),
    ),
    "input-embedding": (
        LabPaper("1508.07909", "Neural Machine Translation of Rare Words with Subword Units", "words cut into pieces"),
        LabPaper("1706.03762", "Attention Is All You Need", "token vectors plus position vectors"),
        LabPaper(
            "1810.04805",
            "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
            "the third, type, vector and the learned positions of this model",
        ),
        LabPaper("1607.06450", "Layer Normalization", "the step after the sum"),
    ),
    "many-meanings": (
        LabPaper("1802.05365", "Deep contextualized word representations", "one word, a vector for each place"),
        LabPaper(
            "1909.00512",
            "How Contextual are Contextualized Word Representations?",
            "the same measurement: likeness of one word's vectors, layer by layer",
        ),
        LabPaper("1906.02715", "Visualizing and Measuring the Geometry of BERT", "senses of a word as clusters"),
    ),
    "attention": (
        LabPaper("1706.03762", "Attention Is All You Need", "softmax(QKᵀ/√d)V with several heads"),
        LabPaper("1409.0473", "Neural Machine Translation by Jointly Learning to Align and Translate", "the idea"),
        LabPaper("1906.04341", "What Does BERT Look At? An Analysis of BERT's Attention", "what single heads look at"),
        LabPaper("1902.10186", "Attention is not Explanation", "why to read these pictures with care"),
    ),
    "feed-forward-memories": (
        LabPaper(
            "2012.14913",
            "Transformer Feed-Forward Layers Are Key-Value Memories",
            "units as keys that sentences fire, and values that push towards words",
        ),
        LabPaper(
            "2203.14680",
            "Transformer Feed-Forward Layers Build Predictions by Promoting Concepts in the Vocabulary Space",
            "reading a value vector through the token vectors",
        ),
        LabPaper(
            "2104.08696", "Knowledge Neurons in Pretrained Transformers", "single units of such a model and facts"
        ),
    ),
    "storyboard": (
        LabPaper("1706.03762", "Attention Is All You Need", "the block"),
        LabPaper("1512.03385", "Deep Residual Learning for Image Recognition", "the residual path"),
        LabPaper("1607.06450", "Layer Normalization", "the normalisation after each part"),
        LabPaper("1905.05950", "BERT Rediscovers the Classical NLP Pipeline", "syntax in early layers, meaning later"),
    ),
    "layer-time-machine": (
        LabPaper("1905.05950", "BERT Rediscovers the Classical NLP Pipeline", "what early and late layers know"),
        LabPaper(
            "1908.10084", "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks", "the mean as a vector"
        ),
        LabPaper("1905.10650", "Are Sixteen Heads Really Better than One?", "switching heads off"),
    ),
    "match-lens": (
        LabPaper(
            "2004.12832",
            "ColBERT: Efficient and Effective Passage Search via Contextualized Late Interaction over BERT",
            "token against token, the best match of each query token counts",
        ),
        LabPaper("1904.09675", "BERTScore: Evaluating Text Generation with BERT", "the same matching as a measure"),
    ),
}
