"""Several inputs, several outputs, and outputs with names."""
# ruff: noqa: RET504, UP008

from collections import namedtuple
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SiameseNetwork(nn.Module):
    def __init__(self):
        super(SiameseNetwork, self).__init__()
        self.cnn1 = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(1, 4, kernel_size=3),
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(4),
        )
        self.fc1 = nn.Sequential(nn.Linear(4 * 8 * 8, 20), nn.ReLU(inplace=True), nn.Linear(20, 5))

    def forward_once(self, x):
        output = self.cnn1(x)
        output = output.view(output.size()[0], -1)
        output = self.fc1(output)
        return output

    def forward(self, input1, input2):
        output1 = self.forward_once(input1)
        output2 = self.forward_once(input2)
        return output1, output2


class SiameseDistance(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 8))
        self.out = nn.Linear(8, 1)

    def forward(self, anchor, other):
        diff = torch.abs(self.embed(anchor) - self.embed(other))
        return torch.sigmoid(self.out(diff))


class TripletNet(nn.Module):
    def __init__(self, embedding_net):
        super().__init__()
        self.embedding_net = embedding_net

    def forward(self, x1, x2, x3):
        a, p, n = (F.normalize(self.embedding_net(x), p=2, dim=1) for x in (x1, x2, x3))
        return F.pairwise_distance(a, p), F.pairwise_distance(a, n)


class TwoTower(nn.Module):
    """Users in one tower, items in the other; the answer is their cosine."""

    def __init__(self, n_users=10, n_items=20, n_feats=4, dim=8):
        super().__init__()
        self.user_emb = nn.Embedding(n_users, dim)
        self.item_emb = nn.Embedding(n_items, dim)
        self.user_tower = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim))
        self.item_tower = nn.Sequential(
            nn.Linear(dim + n_feats, dim), nn.ReLU(), nn.Linear(dim, dim)
        )

    def forward(self, user_ids, item_ids, item_feats):
        u = self.user_tower(self.user_emb(user_ids))
        i = self.item_tower(torch.cat([self.item_emb(item_ids), item_feats], dim=1))
        return F.cosine_similarity(u, i, dim=-1)


class ClipLike(nn.Module):
    """Every image against every text."""

    def __init__(self, d_img=12, d_txt=10, d=8):
        super().__init__()
        self.visual = nn.Linear(d_img, d)
        self.text = nn.Linear(d_txt, d)
        self.logit_scale = nn.Parameter(torch.ones([]) * 2.659)

    def forward(self, image, text):
        image_features = self.visual(image)
        text_features = self.text(text)
        image_features = image_features / image_features.norm(dim=1, keepdim=True)
        text_features = text_features / text_features.norm(dim=1, keepdim=True)
        logits_per_image = self.logit_scale.exp() * image_features @ text_features.t()
        return logits_per_image, logits_per_image.t()


class MultiTaskNet(nn.Module):
    def __init__(self, in_dim=10, tasks=(("age", 1), ("gender", 2), ("emotion", 5))):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(in_dim, 16), nn.ReLU(), nn.Dropout(0.2))
        self.heads = nn.ModuleDict({name: nn.Linear(16, n) for name, n in tasks})

    def forward(self, x):
        z = self.shared(x)
        return {name: head(z) for name, head in self.heads.items()}


class DetectorHead(nn.Module):
    def __init__(self, num_classes=3, num_anchors=2):
        super().__init__()
        self.body = nn.Conv2d(3, 8, 3, stride=4, padding=1)
        self.cls_logits = nn.Conv2d(8, num_anchors * num_classes, 1)
        self.bbox_pred = nn.Conv2d(8, num_anchors * 4, 1)
        self.num_classes = num_classes

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        t = F.relu(self.body(images))
        outputs = {}
        logits = self.cls_logits(t)
        n, _, h, w = logits.shape
        logits = logits.view(n, -1, self.num_classes, h, w).permute(0, 3, 4, 1, 2)
        outputs["cls_logits"] = logits.reshape(n, -1, self.num_classes)
        outputs["bbox"] = self.bbox_pred(t).permute(0, 2, 3, 1).reshape(n, -1, 4)
        return outputs


InceptionOutputs = namedtuple("InceptionOutputs", ["logits", "aux_logits"])


class AuxNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(6, 8)
        self.aux = nn.Linear(8, 3)
        self.body = nn.Linear(8, 8)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        aux = self.aux(x)
        x = torch.relu(self.body(x))
        return InceptionOutputs(logits=self.fc(x), aux_logits=aux)


class Prediction(NamedTuple):
    mean: Tensor
    variance: Tensor


class GaussianRegressor(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(2, 16), nn.Tanh())
        self.mean = nn.Linear(16, 1)
        self.log_variance = nn.Linear(16, 1)

    def forward(self, x: Tensor) -> Prediction:
        h = self.trunk(x)
        return Prediction(self.mean(h), F.softplus(self.log_variance(h)) + 1e-6)


class OptionalMask(nn.Module):
    """The second argument may be left out."""

    def __init__(self, vocab=16, dim=8, classes=2):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.fc = nn.Linear(dim, classes)

    def forward(self, tokens, mask=None):
        h = self.emb(tokens)
        if mask is not None:
            m = mask.unsqueeze(-1).float()
            h = (h * m).sum(1) / m.sum(1).clamp(min=1.0)
        else:
            h = h.mean(1)
        return self.fc(h)


class ImageAndTable(nn.Module):
    def __init__(self, n_table=4):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
        self.mlp = nn.Sequential(nn.Linear(n_table, 8), nn.ReLU())
        self.head = nn.Linear(4 + 8, 1)

    def forward(self, image, table):
        i = self.cnn(image).squeeze()
        t = self.mlp(table)
        return self.head(torch.hstack((i, t)))
