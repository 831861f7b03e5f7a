"""Networks of reinforcement learning."""
# ruff: noqa: UP008

import torch
import torch.nn.functional as F
from torch import nn


class DQN(nn.Module):
    def __init__(self, n_observations, n_actions):
        super(DQN, self).__init__()
        self.layer1 = nn.Linear(n_observations, 16)
        self.layer2 = nn.Linear(16, 16)
        self.layer3 = nn.Linear(16, n_actions)

    def forward(self, x):
        x = F.relu(self.layer1(x))
        x = F.relu(self.layer2(x))
        return self.layer3(x)


class DuelingDQN(nn.Module):
    def __init__(self, in_channels=2, n_actions=4):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 4, kernel_size=4, stride=2),
            nn.ReLU(),
            nn.Conv2d(4, 8, kernel_size=3, stride=1),
            nn.ReLU(),
        )
        n = self._feature_size(in_channels)
        self.advantage = nn.Sequential(nn.Linear(n, 16), nn.ReLU(), nn.Linear(16, n_actions))
        self.value = nn.Sequential(nn.Linear(n, 16), nn.ReLU(), nn.Linear(16, 1))

    def _feature_size(self, c):
        with torch.no_grad():
            return self.features(torch.zeros(1, c, 12, 12)).view(1, -1).size(1)

    def forward(self, x):
        x = x / 255.0
        x = self.features(x)
        x = x.view(x.size(0), -1)
        advantage = self.advantage(x)
        value = self.value(x)
        return value + advantage - advantage.mean(1, keepdim=True)


class ActorCritic(nn.Module):
    """implements both actor and critic in one model"""

    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(4, 16)
        self.action_head = nn.Linear(16, 2)
        self.value_head = nn.Linear(16, 1)
        self.saved_actions = []
        self.rewards = []

    def forward(self, x):
        x = F.relu(self.affine1(x))
        action_prob = F.softmax(self.action_head(x), dim=-1)
        state_values = self.value_head(x)
        return action_prob, state_values


def layer_init(layer, std=2**0.5, bias_const=0.0):
    nn.init.orthogonal_(layer.weight, std)
    nn.init.constant_(layer.bias, bias_const)
    return layer


class ContinuousAgent(nn.Module):
    def __init__(self, obs=5, act=2):
        super().__init__()
        self.critic = nn.Sequential(
            layer_init(nn.Linear(obs, 16)), nn.Tanh(), layer_init(nn.Linear(16, 1), std=1.0)
        )
        self.actor_mean = nn.Sequential(
            layer_init(nn.Linear(obs, 16)), nn.Tanh(), layer_init(nn.Linear(16, act), std=0.01)
        )
        self.actor_logstd = nn.Parameter(torch.zeros(1, act))

    def forward(self, x):
        action_mean = self.actor_mean(x)
        action_logstd = self.actor_logstd.expand_as(action_mean)
        action_std = torch.exp(action_logstd)
        return action_mean, action_std, self.critic(x).flatten()


class SACActor(nn.Module):
    """Squashed Gaussian with its log-probability."""

    def __init__(self, obs=5, act=2, hidden=16):
        super().__init__()
        self.fc1 = nn.Linear(obs, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.mu = nn.Linear(hidden, act)
        self.log_std = nn.Linear(hidden, act)

    def forward(self, state, deterministic=False):
        x = F.relu(self.fc1(state))
        x = F.relu(self.fc2(x))
        mu = self.mu(x)
        log_std = torch.clamp(self.log_std(x), -5, 2)
        std = log_std.exp()
        u = mu if deterministic else mu + std * torch.randn_like(mu)
        log_prob = -0.5 * ((u - mu) / std) ** 2 - log_std - 0.9189385332046727
        log_prob = log_prob - torch.log(1 - torch.tanh(u).pow(2) + 1e-6)
        return torch.tanh(u), log_prob.sum(-1, keepdim=True)


class TwinCritic(nn.Module):
    def __init__(self, obs=5, act=2):
        super().__init__()
        self.q1 = nn.Sequential(nn.Linear(obs + act, 16), nn.ReLU(), nn.Linear(16, 1))
        self.q2 = nn.Sequential(nn.Linear(obs + act, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, state, action):
        sa = torch.cat([state, action], 1)
        return torch.min(self.q1(sa), self.q2(sa))


class ChosenActionValue(nn.Module):
    """Q of the actions that were taken."""

    def __init__(self):
        super().__init__()
        self.q = DQN(4, 3)

    def forward(self, state, action):
        return self.q(state).gather(1, action.unsqueeze(1)).squeeze(1)


class NoisyLinear(nn.Module):
    def __init__(self, in_features, out_features, std_init=0.5):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        bound = in_features**-0.5
        self.weight_mu = nn.Parameter(
            torch.empty(out_features, in_features).uniform_(-bound, bound)
        )
        self.weight_sigma = nn.Parameter(torch.full((out_features, in_features), std_init * bound))
        self.register_buffer("weight_epsilon", torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        if self.training:
            weight = self.weight_mu + self.weight_sigma * self.weight_epsilon
        else:
            weight = self.weight_mu
        return F.linear(x, weight, self.bias)


class RecurrentPolicy(nn.Module):
    def __init__(self, obs=4, hidden=8, actions=3):
        super().__init__()
        self.encoder = nn.Linear(obs, hidden)
        self.gru = nn.GRUCell(hidden, hidden)
        self.policy = NoisyLinear(hidden, actions)

    def forward(self, obs, hx, masks):
        x = torch.tanh(self.encoder(obs))
        hx = self.gru(x, hx * masks)
        return F.log_softmax(self.policy(hx), dim=-1), hx
