"""Recurrent models and models of time."""
# ruff: noqa: N803, N806, RET504, UP008

import torch
import torch.nn.functional as F
from torch import nn


class LSTMClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super(LSTMClassifier, self).__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, batch_first=True)
        self.fc = nn.Linear(hidden_dim, num_classes)

    def forward(self, text):
        embedded = self.embedding(text)
        out, _ = self.lstm(embedded)
        return self.fc(out[:, -1])


class RNNWithStates(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        # Set initial hidden and cell states
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)
        c0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)

        # out: tensor of shape (batch_size, seq_length, hidden_size)
        out, _ = self.lstm(x, (h0, c0))

        # Decode the hidden state of the last time step
        out = self.fc(out[:, -1, :])
        return out


class BiGRU(nn.Module):
    def __init__(self, n_in=5, n_hid=6, n_out=2):
        super().__init__()
        self.gru = nn.GRU(
            n_in, n_hid, num_layers=2, dropout=0.2, bidirectional=True, batch_first=True
        )
        self.drop = nn.Dropout(0.3)
        self.linear = nn.Linear(2 * n_hid, n_out)

    def forward(self, x):
        _, h_n = self.gru(x)
        hidden = torch.cat((h_n[-2], h_n[-1]), dim=1)
        return self.linear(self.drop(hidden))


class PoolingGRU(nn.Module):
    """The Kaggle way: mean and max over time, side by side."""

    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(30, 8)
        self.gru = nn.GRU(8, 8, bidirectional=True, batch_first=True)
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        h = F.dropout1d(self.emb(x).permute(0, 2, 1), 0.1, self.training).permute(0, 2, 1)
        h, _ = self.gru(h)
        avg_pool = torch.mean(h, 1)
        max_pool, _ = torch.max(h, 1)
        return self.out(torch.cat((avg_pool, max_pool), 1)).squeeze(-1)


class LSTMTagger(nn.Module):
    def __init__(self, embedding_dim, hidden_dim, vocab_size, tagset_size):
        super().__init__()
        self.hidden_dim = hidden_dim
        self.word_embeddings = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim)
        self.hidden2tag = nn.Linear(hidden_dim, tagset_size)

    def forward(self, sentence):
        embeds = self.word_embeddings(sentence)
        lstm_out, _ = self.lstm(embeds.view(len(sentence), 1, -1))
        tag_space = self.hidden2tag(lstm_out.view(len(sentence), -1))
        tag_scores = F.log_softmax(tag_space, dim=1)
        return tag_scores


class ElmanByHand(nn.Module):
    def __init__(self, input_size=4, hidden_size=8, output_size=3):
        super().__init__()
        self.hidden_size = hidden_size
        self.i2h = nn.Linear(input_size + hidden_size, hidden_size)
        self.h2o = nn.Linear(hidden_size, output_size)

    def forward(self, x, hidden):
        combined = torch.cat((x, hidden), 1)
        hidden = torch.tanh(self.i2h(combined))
        output = self.h2o(hidden)
        return output, hidden


class LSTMCellLoop(nn.Module):
    def __init__(self, hidden=6):
        super().__init__()
        self.hidden = hidden
        self.lstm1 = nn.LSTMCell(1, hidden)
        self.lstm2 = nn.LSTMCell(hidden, hidden)
        self.linear = nn.Linear(hidden, 1)

    def forward(self, input, future=2):
        outputs = []
        h_t = torch.zeros(input.size(0), self.hidden, dtype=input.dtype)
        c_t = torch.zeros(input.size(0), self.hidden, dtype=input.dtype)
        h_t2 = torch.zeros(input.size(0), self.hidden, dtype=input.dtype)
        c_t2 = torch.zeros(input.size(0), self.hidden, dtype=input.dtype)

        for input_t in input.split(1, dim=1):
            h_t, c_t = self.lstm1(input_t, (h_t, c_t))
            h_t2, c_t2 = self.lstm2(h_t, (h_t2, c_t2))
            output = self.linear(h_t2)
            outputs += [output]
        for _ in range(future):  # if we should predict the future
            h_t, c_t = self.lstm1(output, (h_t, c_t))
            h_t2, c_t2 = self.lstm2(h_t, (h_t2, c_t2))
            output = self.linear(h_t2)
            outputs += [output]
        outputs = torch.cat(outputs, dim=1)
        return outputs


class GRUByEquations(nn.Module):
    """The equations of a GRU, time step by time step, stacked at the end."""

    def __init__(self, d, h):
        super().__init__()
        self.W_z, self.W_r, self.W_h = (nn.Linear(d, h) for _ in range(3))
        self.U_z, self.U_r, self.U_h = (nn.Linear(h, h, bias=False) for _ in range(3))

    def forward(self, X):
        H = X.new_zeros(X.shape[0], self.U_z.in_features)
        states = []
        for t in range(X.shape[1]):
            x = X[:, t]
            Z = torch.sigmoid(self.W_z(x) + self.U_z(H))
            R = torch.sigmoid(self.W_r(x) + self.U_r(H))
            H_tilde = torch.tanh(self.W_h(x) + self.U_h(R * H))
            H = Z * H + (1 - Z) * H_tilde
            states.append(H)
        return torch.stack(states, dim=1), H


class Seq2Seq(nn.Module):
    """Encoder, decoder with dot attention, teacher forcing."""

    def __init__(self, src_vocab=12, tgt_vocab=14, d=8):
        super().__init__()
        self.src_emb = nn.Embedding(src_vocab, d)
        self.tgt_emb = nn.Embedding(tgt_vocab, d)
        self.encoder = nn.GRU(d, d, batch_first=True)
        self.decoder = nn.GRU(d, d, batch_first=True)
        self.out = nn.Linear(2 * d, tgt_vocab)

    def forward(self, src, tgt):
        enc_out, hidden = self.encoder(self.src_emb(src))
        dec_out, _ = self.decoder(self.tgt_emb(tgt), hidden)
        scores = torch.bmm(dec_out, enc_out.transpose(1, 2))
        weights = F.softmax(scores, dim=-1)
        context = torch.bmm(weights, enc_out)
        return self.out(torch.cat([dec_out, context], dim=-1))
