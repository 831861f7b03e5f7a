"""The people who look at pictures."""

from __future__ import annotations

from torch import nn

from tests.importing.people import convnets, mixers, mobile, patches, residual, vision
from tests.importing.people.person import Person, given, normal, uniform

CLASSIFIERS = (
    Person("Net", convnets.Net, given(uniform(3, 1, 28, 28))),
    Person("MnistNet", convnets.MnistNet, given(uniform(2, 1, 28, 28))),
    Person("LeNet5", convnets.LeNet5, given(uniform(2, 1, 28, 28))),
    Person("AlexNetSmall", convnets.AlexNetSmall, given(uniform(2, 3, 32, 32))),
    Person("VGG", convnets.vgg_small_bn, given(uniform(2, 3, 16, 16))),
    Person("NetworkInNetwork", convnets.network_in_network, given(uniform(2, 1, 28, 28))),
    Person("ConvNetWithModuleDict", convnets.ConvNetWithModuleDict, given(uniform(2, 3, 16, 16))),
    Person(
        "ResNetBasic",
        lambda: residual.ResNet(residual.BasicBlock, [2, 2, 2]),
        given(uniform(2, 3, 32, 32)),
    ),
    Person(
        "ResNetBottleneck",
        lambda: residual.ResNet(residual.Bottleneck, [1, 3, 2]),
        given(uniform(2, 3, 32, 32)),
    ),
    Person("BasicBlock", lambda: residual.BasicBlock(4, 4), given(normal(2, 4, 6, 6))),
    Person("CifarResNet", residual.cifar_resnet, given(uniform(2, 3, 16, 16))),
    Person("PreActResNet", residual.PreActResNet, given(uniform(2, 3, 8, 8))),
)

BLOCKS = (
    Person("SELayer", lambda: mobile.SELayer(8), given(normal(2, 8, 5, 5))),
    Person("SENet", mobile.SENet, given(uniform(2, 3, 8, 8))),
    Person("SpatialAttention", mobile.SpatialAttention, given(normal(2, 4, 8, 8))),
    Person(
        "DepthwiseSeparableConv",
        lambda: mobile.DepthwiseSeparableConv(4, 6, stride=2),
        given(normal(2, 4, 8, 8)),
    ),
    Person("MobileNetV1", mobile.MobileNetV1, given(uniform(2, 3, 16, 16))),
    Person(
        "InvertedResidual",
        lambda: mobile.InvertedResidual(4, 4, 1, expand_ratio=6),
        given(normal(2, 4, 6, 6)),
    ),
    Person("MobileNetV2", mobile.MobileNetV2, given(uniform(2, 3, 32, 32))),
    Person("ShuffleUnit", lambda: mobile.ShuffleUnit(8), given(normal(2, 8, 6, 6))),
    Person(
        "Inception",
        lambda: vision.Inception(3, 4, (2, 4), (2, 4), 4),
        given(uniform(2, 3, 12, 12)),
    ),
    Person("InceptionBranches", vision.InceptionBranches, given(uniform(2, 3, 12, 12))),
    Person("DenseNet", vision.DenseNet, given(uniform(2, 3, 12, 12))),
    Person("DenseBlockByList", vision.DenseBlockByList, given(uniform(2, 3, 8, 8))),
    Person("UNet", vision.UNet, given(uniform(2, 1, 18, 22))),
    Person("UNetLoop", vision.UNetLoop, given(uniform(2, 3, 16, 16))),
)

PATCHES = (
    Person("LayerNorm2d", lambda: patches.LayerNorm2d(4), given(normal(2, 4, 5, 5))),
    Person("ConvNeXtBlock", lambda: patches.ConvNeXtBlock(6), given(normal(2, 6, 9, 9))),
    Person("ConvNeXt", patches.ConvNeXt, given(uniform(2, 3, 32, 32))),
    Person("VisionTransformer", patches.VisionTransformer, given(uniform(2, 3, 16, 16))),
    Person("WindowShift", patches.WindowShift, given(normal(2, 8, 8, 8))),
    Person("MLPMixer", mixers.MLPMixer, given(uniform(2, 3, 16, 16))),
    Person("ConvMixer", mixers.conv_mixer, given(uniform(2, 3, 16, 16))),
    Person("ResidualOfLinear", lambda: mixers.Residual(nn.Linear(4, 4)), given(normal(3, 4))),
    Person(
        "SuperResolutionNet",
        lambda: mixers.SuperResolutionNet(upscale_factor=3),
        given(uniform(2, 1, 8, 8)),
    ),
    Person("FeaturePyramid", mixers.FeaturePyramid, given(uniform(2, 3, 20, 28))),
    Person("SpatialTransformer", mixers.SpatialTransformer, given(uniform(2, 1, 16, 16))),
    Person("SegNet", mixers.SegNet, given(uniform(2, 3, 8, 8))),
)

VISION = CLASSIFIERS + BLOCKS + PATCHES
