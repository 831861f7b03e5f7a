"""A folder of sounds a class: what soundfile reads, in one length."""

from __future__ import annotations

import pickle
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from torch.utils.data import DataLoader

from gradviz.data.reading.sounds import Sounds
from gradviz.errors import DataError

RATE = 8000


def tone(seconds: float = 0.01, channels: int = 1) -> np.ndarray:
    time = np.arange(int(RATE * seconds)) / RATE
    return np.stack([np.sin(2 * np.pi * 440 * (i + 1) * time) for i in range(channels)], 1) / 2


def keep(root: Path, name: str, sound: np.ndarray, rate: int = RATE, **more: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(root / name, sound, rate, **more)


def test_a_wav_is_read_as_python_reads_it(tmp_path: Path) -> None:
    keep(tmp_path, "low/a.wav", tone(channels=2))
    keep(tmp_path, "high/b.wav", tone(channels=2))
    sounds = Sounds(str(tmp_path))
    assert (sounds.classes, sounds.sample_rate) == (("high", "low"), RATE)
    x, label = sounds[1]
    with wave.open(str(tmp_path / "low/a.wav")) as plain:
        numbers = np.frombuffer(plain.readframes(-1), "<i2").reshape(-1, 2).T / 32768
    assert torch.equal(x, torch.from_numpy(numbers).float())
    assert label == 1
    assert next(iter(DataLoader(sounds, batch_size=2)))[0].shape == (2, 2, 80)
    assert torch.equal(pickle.loads(pickle.dumps(sounds))[1][0], x)


@pytest.mark.parametrize("form", ["wav", "flac", "ogg"])
def test_forms_that_soundfile_reads(tmp_path: Path, form: str) -> None:
    keep(tmp_path, f"a/x.{form}", tone(0.1))
    x, _ = Sounds(str(tmp_path))[0]
    wanted, _ = soundfile.read(tmp_path / f"a/x.{form}", dtype="float32")
    assert torch.equal(x[0], torch.from_numpy(wanted))


def test_lengths_are_cut_and_padded(tmp_path: Path) -> None:
    keep(tmp_path, "a/1.wav", tone(0.01))
    keep(tmp_path, "a/2.wav", tone(0.02))
    with pytest.raises(DataError, match=r"length: 80 \(a/1.wav\), 160 \(a/2.wav\) → set length"):
        Sounds(str(tmp_path))
    whole, _ = soundfile.read(tmp_path / "a/2.wav", dtype="float32")
    sounds = Sounds(str(tmp_path), length=100)
    assert torch.equal(sounds[1][0][0], torch.from_numpy(whole[:100]))
    assert sounds[0][0][0, 80:].tolist() == [0] * 20


def test_rates_that_differ_are_named(tmp_path: Path) -> None:
    keep(tmp_path, "a/1.wav", tone())
    keep(tmp_path, "a/2.wav", tone(), 16000)
    with pytest.raises(DataError, match=r"rate: 8000 Hz \(a/1.wav\), 16000 Hz \(a/2.wav\)"):
        Sounds(str(tmp_path))
    sounds = Sounds(str(tmp_path), sample_rate=16000)
    assert sounds.names == ["a/2.wav"]
    assert [(each.name, each.reason) for each in sounds.skipped] == [("a/1.wav", "8000 Hz")]


def test_channels_that_differ_are_named_or_joined(tmp_path: Path) -> None:
    keep(tmp_path, "a/1.wav", tone())
    keep(tmp_path, "a/2.wav", tone(channels=2))
    with pytest.raises(DataError, match="set mono to true"):
        Sounds(str(tmp_path))
    both, _ = soundfile.read(tmp_path / "a/2.wav", dtype="float32")
    x, _ = Sounds(str(tmp_path), mono=True)[1]
    assert torch.equal(x, torch.from_numpy(both).mean(1)[None])


def test_damaged_files_are_left_out_and_listed(tmp_path: Path) -> None:
    keep(tmp_path, "a/1.wav", tone())
    keep(tmp_path, "a/none.wav", tone(0))
    whole = (tmp_path / "a/1.wav").read_bytes()
    for name, content in {"empty": b"", "text": b"hello", "head": whole[:20]}.items():
        (tmp_path / f"a/{name}.wav").write_bytes(content)
    sounds = Sounds(str(tmp_path))
    assert sounds.names == ["a/1.wav"]
    assert [each.name for each in sounds.skipped] == [
        "a/empty.wav", "a/head.wav", "a/none.wav", "a/text.wav",
    ]  # fmt: skip
    (tmp_path / "a/1.wav").unlink()
    with pytest.raises(DataError, match=r"a/1\.wav"):
        sounds[0]
    with pytest.raises(DataError, match="no sound"):
        Sounds(str(tmp_path))


def test_a_head_that_lies_is_harmless(tmp_path: Path) -> None:
    keep(tmp_path, "a/1.wav", tone())
    content = bytearray((tmp_path / "a/1.wav").read_bytes())
    content[40:44] = (2**32 - 2).to_bytes(4, "little")
    (tmp_path / "a/1.wav").write_bytes(content)
    assert Sounds(str(tmp_path))[0][0].shape == (1, 80)
