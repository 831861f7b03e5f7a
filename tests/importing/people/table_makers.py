"""The people who generate, recommend, act, and take or give several things."""

from __future__ import annotations

from torch import nn

from tests.importing.people import agents, densities, generative, several, tables
from tests.importing.people.person import Person, given, normal, uniform, whole

GENERATIVE = (
    Person("Generator", generative.Generator, given(normal(3, 8))),
    Person("Discriminator", generative.Discriminator, given(uniform(2, 1, 8, 8))),
    Person("DCGenerator", generative.DCGenerator, given(normal(2, 6, 1, 1))),
    Person(
        "ConditionalGenerator", generative.ConditionalGenerator, given(normal(2, 6), whole(5, 2))
    ),
    Person("Autoencoder", generative.Autoencoder, given(uniform(2, 1, 8, 8))),
    Person("VAE", generative.VAE, given(uniform(2, 1, 8, 8))),
    Person("ConvVAE", generative.ConvVAE, given(uniform(2, 1, 8, 8))),
    Person("RealNVP", densities.RealNVP, given(normal(3, 4))),
    Person("VQVAE", densities.VQVAE, given(uniform(2, 1, 8, 8))),
    Person(
        "TimeBlock", lambda: densities.TimeBlock(4, 4, 6), given(normal(2, 4, 6, 6), normal(2, 6))
    ),
    Person("Denoiser", densities.Denoiser, given(normal(2, 1, 8, 8), uniform(2))),
    Person("PixelCNN", densities.pixel_cnn, given(uniform(2, 1, 9, 9))),
    Person("SNCritic", densities.SNCritic, given(uniform(2, 3, 8, 8))),
)

SEVERAL = (
    Person(
        "SiameseNetwork", several.SiameseNetwork, given(uniform(2, 1, 8, 8), uniform(2, 1, 8, 8))
    ),
    Person("SiameseDistance", several.SiameseDistance, given(normal(2, 12), normal(2, 12))),
    Person(
        "TripletNet",
        lambda: several.TripletNet(nn.Sequential(nn.Linear(6, 8), nn.PReLU(), nn.Linear(8, 4))),
        given(normal(2, 6), normal(2, 6), normal(2, 6)),
    ),
    Person("TwoTower", several.TwoTower, given(whole(10, 3), whole(20, 3), normal(3, 4))),
    Person("ClipLike", several.ClipLike, given(normal(3, 12), normal(3, 10))),
    Person("MultiTaskNet", several.MultiTaskNet, given(normal(2, 10))),
    Person("DetectorHead", several.DetectorHead, given(uniform(2, 3, 16, 16))),
    Person("AuxNet", several.AuxNet, given(normal(2, 6))),
    Person("GaussianRegressor", several.GaussianRegressor, given(normal(3, 2))),
    Person("OptionalMask", several.OptionalMask, given(whole(16, 2, 5))),
    Person("OptionalMaskGiven", several.OptionalMask, given(whole(16, 2, 5), whole(2, 2, 5))),
    Person("ImageAndTable", several.ImageAndTable, given(uniform(2, 3, 8, 8), normal(2, 4))),
)

TABLES = (
    Person(
        "MatrixFactorization",
        lambda: tables.MatrixFactorization(10, 12),
        given(whole(10, 3), whole(12, 3)),
    ),
    Person("NeuMF", tables.NeuMF, given(whole(8, 3, 2))),
    Person(
        "WideAndDeep",
        lambda: tables.WideAndDeep(6, [5, 7], 3, 2),
        given(uniform(3, 6), whole(5, 3, 2), normal(3, 2)),
    ),
    Person("FactorizationMachine", lambda: tables.FactorizationMachine(20), given(whole(20, 3, 4))),
    Person(
        "EmbeddingBagClassifier",
        lambda: tables.EmbeddingBagClassifier(20, 6, 3),
        given(whole(20, 2, 5)),
    ),
    Person("MixtureOfExperts", tables.MixtureOfExperts, given(normal(3, 6))),
    Person("MMoE", tables.MMoE, given(normal(3, 6))),
    Person("Highway", lambda: tables.Highway(5, 2, nn.functional.relu), given(normal(3, 5))),
    Person("GLUTabular", tables.GLUTabular, given(normal(3, 6))),
)

AGENTS = (
    Person("DQN", lambda: agents.DQN(4, 2), given(normal(3, 4))),
    Person("DuelingDQN", agents.DuelingDQN, given(uniform(2, 2, 12, 12))),
    Person("ActorCritic", agents.ActorCritic, given(normal(3, 4))),
    Person("ContinuousAgent", agents.ContinuousAgent, given(normal(3, 5))),
    Person("SACActor", agents.SACActor, given(normal(3, 5))),
    Person("TwinCritic", agents.TwinCritic, given(normal(3, 5), normal(3, 2))),
    Person("ChosenActionValue", agents.ChosenActionValue, given(normal(3, 4), whole(3, 3))),
    Person("NoisyLinear", lambda: agents.NoisyLinear(4, 3), given(normal(3, 4))),
    Person(
        "RecurrentPolicy", agents.RecurrentPolicy, given(normal(3, 4), normal(3, 8), whole(2, 3, 1))
    ),
)

MAKERS = GENERATIVE + SEVERAL + TABLES + AGENTS
