"""Models of PyTorch's own transformer layers."""
# ruff: noqa: RET504

import torch
from torch import nn

from tests.importing.people.attention import PositionalEncoding


class TransformerClassifier(nn.Module):
    def __init__(self, vocab_size=20, d_model=8, nhead=2, num_layers=2, num_classes=3):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.pos_encoder = PositionalEncoding(d_model)
        encoder_layer = nn.TransformerEncoderLayer(
            d_model, nhead, dim_feedforward=16, batch_first=True
        )
        self.encoder = nn.TransformerEncoder(encoder_layer, num_layers)
        self.fc = nn.Linear(d_model, num_classes)

    def forward(self, x):
        x = self.embedding(x)
        x = self.pos_encoder(x)
        x = self.encoder(x)
        x = x.mean(dim=1)
        return self.fc(x)


class CausalTransformerLM(nn.Module):
    """The language model of the PyTorch tutorial: time first, a mask made on the way."""

    def __init__(self, ntoken=20, d_model=8):
        super().__init__()
        self.d_model = d_model
        self.embedding = nn.Embedding(ntoken, d_model)
        layers = nn.TransformerEncoderLayer(d_model, 2, 16, 0.1)
        self.transformer_encoder = nn.TransformerEncoder(layers, 2, enable_nested_tensor=False)
        self.linear = nn.Linear(d_model, ntoken)
        self.init_weights()

    def init_weights(self) -> None:
        initrange = 0.1
        self.embedding.weight.data.uniform_(-initrange, initrange)
        self.linear.bias.data.zero_()
        self.linear.weight.data.uniform_(-initrange, initrange)

    def forward(self, src, src_mask=None):
        src = self.embedding(src) * self.d_model**0.5
        if src_mask is None:
            src_mask = nn.Transformer.generate_square_subsequent_mask(len(src)).to(src.device)
        output = self.transformer_encoder(src, src_mask)
        output = self.linear(output)
        return output


class PostNormBlock(nn.Module):
    def __init__(self, embed_dim, num_heads, ff_dim, rate=0.1):
        super().__init__()
        self.att = nn.MultiheadAttention(embed_dim, num_heads, dropout=rate, batch_first=True)
        self.ffn = nn.Sequential(
            nn.Linear(embed_dim, ff_dim), nn.ReLU(), nn.Linear(ff_dim, embed_dim)
        )
        self.layernorm1 = nn.LayerNorm(embed_dim)
        self.layernorm2 = nn.LayerNorm(embed_dim)
        self.dropout = nn.Dropout(rate)

    def forward(self, x):
        attn_output, _ = self.att(x, x, x, need_weights=False)
        out1 = self.layernorm1(x + self.dropout(attn_output))
        return self.layernorm2(out1 + self.dropout(self.ffn(out1)))


class AttentionWithWeights(nn.Module):
    """Gives back where it looked."""

    def __init__(self):
        super().__init__()
        self.mha = nn.MultiheadAttention(8, 2, kdim=6, vdim=6, batch_first=True)

    def forward(self, query, memory):
        out, weights = self.mha(query, memory, memory)
        return out + query, weights


class Seq2SeqTransformer(nn.Module):
    def __init__(self, src_vocab=15, tgt_vocab=17, emb=8):
        super().__init__()
        self.transformer = nn.Transformer(
            d_model=emb,
            nhead=2,
            num_encoder_layers=1,
            num_decoder_layers=1,
            dim_feedforward=16,
            batch_first=True,
        )
        self.generator = nn.Linear(emb, tgt_vocab)
        self.src_tok_emb = nn.Embedding(src_vocab, emb)
        self.tgt_tok_emb = nn.Embedding(tgt_vocab, emb)

    def forward(self, src, trg):
        tgt_mask = nn.Transformer.generate_square_subsequent_mask(trg.size(1))
        outs = self.transformer(self.src_tok_emb(src), self.tgt_tok_emb(trg), tgt_mask=tgt_mask)
        return self.generator(outs)


class TinyBert(nn.Module):
    """Three embeddings, a padding mask, a pooler over the first token."""

    def __init__(self, vocab=24, hidden=8, max_len=12):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab, hidden, padding_idx=0)
        self.position_embeddings = nn.Embedding(max_len, hidden)
        self.token_type_embeddings = nn.Embedding(2, hidden)
        self.register_buffer("position_ids", torch.arange(max_len).expand((1, -1)))
        self.LayerNorm = nn.LayerNorm(hidden, eps=1e-12)
        layer = nn.TransformerEncoderLayer(
            hidden, 2, 16, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.pooler = nn.Sequential(nn.Linear(hidden, hidden), nn.Tanh())

    def forward(self, input_ids, token_type_ids):
        seq_length = input_ids.size()[1]
        position_ids = self.position_ids[:, :seq_length]
        embeddings = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
        embeddings += self.position_embeddings(position_ids)
        embeddings = self.LayerNorm(embeddings)
        hidden = self.encoder(embeddings, src_key_padding_mask=input_ids == 0)
        return hidden, self.pooler(hidden[:, 0])


class DETRHead(nn.Module):
    """Learned queries through a decoder, as in fifty lines of DETR."""

    def __init__(self, num_classes=4, hidden_dim=8):
        super().__init__()
        self.backbone = nn.Conv2d(3, 12, 4, stride=4)
        self.conv = nn.Conv2d(12, hidden_dim, 1)
        self.transformer = nn.Transformer(hidden_dim, 2, 1, 1, 16, batch_first=True)
        self.linear_class = nn.Linear(hidden_dim, num_classes + 1)
        self.linear_bbox = nn.Linear(hidden_dim, 4)
        self.query_pos = nn.Parameter(torch.rand(5, hidden_dim))
        self.row_embed = nn.Parameter(torch.rand(10, hidden_dim // 2))
        self.col_embed = nn.Parameter(torch.rand(10, hidden_dim // 2))

    def forward(self, inputs):
        h = self.conv(self.backbone(inputs))
        H, W = h.shape[-2:]  # noqa: N806
        pos = torch.cat(
            [
                self.col_embed[:W].unsqueeze(0).repeat(H, 1, 1),
                self.row_embed[:H].unsqueeze(1).repeat(1, W, 1),
            ],
            dim=-1,
        ).flatten(0, 1)
        queries = self.query_pos.unsqueeze(0).expand(h.shape[0], -1, -1)
        h = self.transformer(pos + 0.1 * h.flatten(2).permute(0, 2, 1), queries)
        return {
            "pred_logits": self.linear_class(h),
            "pred_boxes": self.linear_bbox(h).sigmoid(),
        }
