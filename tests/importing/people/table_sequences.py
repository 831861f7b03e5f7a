"""The people who read: texts, signals, tokens."""

from __future__ import annotations

from tests.importing.people import attention, sequences, signals, torchlayers, transformers
from tests.importing.people.person import Person, given, normal, whole

RECURRENT = (
    Person(
        "LSTMClassifier",
        lambda: sequences.LSTMClassifier(20, 6, 8, 3),
        given(whole(20, 2, 7)),
    ),
    Person(
        "RNNWithStates",
        lambda: sequences.RNNWithStates(4, 6, 2, 3),
        given(normal(2, 5, 4)),
    ),
    Person("BiGRU", sequences.BiGRU, given(normal(2, 6, 5))),
    Person("PoolingGRU", sequences.PoolingGRU, given(whole(30, 2, 6))),
    Person(
        "LSTMTagger",
        lambda: sequences.LSTMTagger(6, 6, 12, 3),
        given(whole(12, 5)),
        fixed_batch=True,
    ),
    Person("ElmanByHand", sequences.ElmanByHand, given(normal(2, 4), normal(2, 8))),
    Person("LSTMCellLoop", sequences.LSTMCellLoop, given(normal(2, 5))),
    Person("GRUByEquations", lambda: sequences.GRUByEquations(3, 5), given(normal(2, 4, 3))),
    Person("Seq2Seq", sequences.Seq2Seq, given(whole(12, 2, 5), whole(14, 2, 4))),
)

SIGNALS = (
    Person(
        "TemporalBlock",
        lambda: signals.TemporalBlock(3, 4, 2, stride=1, dilation=2, padding=2),
        given(normal(2, 3, 10)),
    ),
    Person("TCN", lambda: signals.TCN(2, [4, 4, 4]), given(normal(2, 2, 12))),
    Person("WaveNet", signals.WaveNet, given(normal(2, 1, 12))),
    Person("TextCNN", signals.TextCNN, given(whole(40, 2, 9))),
    Person("CRNN", signals.CRNN, given(normal(2, 1, 16, 20))),
    Person("FourierMixing", signals.FourierMixing, given(normal(2, 6, 8))),
)

ATTENTION = (
    Person("SelfAttention", lambda: attention.SelfAttention(6, 4), given(normal(2, 5, 6))),
    Person(
        "MultiHeadedAttention",
        lambda: attention.MultiHeadedAttention(2, 8),
        given(normal(2, 4, 8), normal(2, 5, 8), normal(2, 5, 8)),
    ),
    Person(
        "MultiHeadedAttentionMasked",
        lambda: attention.MultiHeadedAttention(2, 8),
        given(normal(2, 4, 8), normal(2, 5, 8), normal(2, 5, 8), whole(2, 2, 1, 5)),
    ),
    Person("PositionalEncoding", lambda: attention.PositionalEncoding(6), given(normal(2, 7, 6))),
    Person("AnnotatedEncoder", attention.AnnotatedEncoder, given(whole(20, 2, 6))),
    Person("EinsumAttention", lambda: attention.EinsumAttention(8), given(normal(2, 5, 8))),
    Person(
        "AdditiveAttentionPooling",
        lambda: attention.AdditiveAttentionPooling(6),
        given(normal(2, 5, 6)),
    ),
    Person("CrossAttention", attention.CrossAttention, given(normal(2, 5, 6))),
    Person("GPT", lambda: transformers.GPT(transformers.Config()), given(whole(16, 2, 6))),
    Person(
        "GPTWithTargets",
        lambda: transformers.GPT(transformers.Config()),
        given(whole(16, 2, 6), whole(16, 2, 6)),
    ),
    Person("GPTBlock", lambda: transformers.Block(transformers.Config()), given(normal(2, 6, 8))),
    Person("RMSNorm", lambda: transformers.RMSNorm(6), given(normal(2, 3, 6))),
    Person("LlamaBlock", transformers.LlamaBlock, given(normal(2, 6, 8))),
)

LAYERS = (
    Person("TransformerClassifier", torchlayers.TransformerClassifier, given(whole(20, 2, 6))),
    Person(
        "CausalTransformerLM",
        torchlayers.CausalTransformerLM,
        given(whole(20, 5, 2)),
        fixed_batch=True,
    ),
    Person("PostNormBlock", lambda: torchlayers.PostNormBlock(8, 2, 16), given(normal(2, 5, 8))),
    Person(
        "AttentionWithWeights",
        torchlayers.AttentionWithWeights,
        given(normal(2, 3, 8), normal(2, 5, 6)),
    ),
    Person(
        "Seq2SeqTransformer",
        torchlayers.Seq2SeqTransformer,
        given(whole(15, 2, 5), whole(17, 2, 4)),
    ),
    Person("TinyBert", torchlayers.TinyBert, given(whole(24, 2, 7), whole(2, 2, 7))),
    Person("DETRHead", torchlayers.DETRHead, given(normal(2, 3, 16, 24))),
)

SEQUENCES = RECURRENT + SIGNALS + ATTENTION + LAYERS
