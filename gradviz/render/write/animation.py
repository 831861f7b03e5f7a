"""Drawings as a moving picture: GIF, APNG, WebP; MP4 where the extra for it is installed."""

from __future__ import annotations

import importlib
import importlib.util
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gradviz.errors import UsageError
from gradviz.files import writing
from gradviz.i18n import N_
from gradviz.render.drawing import Drawing
from gradviz.render.write.canvas import Canvas, Pixels
from gradviz.render.write.palette import Indexer, palette
from gradviz.render.write.png import image_of

if TYPE_CHECKING:
    from PIL.Image import Image
    from PySide6.QtGui import QImage

SAMPLES = 6
"""Pictures in which colours are counted."""
HOLD = 2.0
"""Seconds for which the last picture stays at least, before all begins again."""
MOST = 400_000_000
"""Pixels of all pictures together."""

Writer = Callable[[Sequence[Drawing], Path, float, float], None]


def write_animation(
    drawings: Sequence[Drawing], path: Path, *, fps: float = 2.0, scale: float = 1.0
) -> None:
    """Write the drawings, ``fps`` of them a second, whole or not at all; it plays in a loop.

    They must be of one size. The same drawings give the same bytes. Raises `UsageError` for a
    speed that cannot be shown, too many pixels, or an MP4 without its extra.
    """
    if not 0.05 <= fps <= 50:
        raise UsageError(
            N_("{fps:g} pictures a second cannot be shown"),
            where="fps",
            mend=N_("take from 0.05 to 50"),
            fps=fps,
        )
    first = drawings[0]
    width, height = (side * first.unit * scale for side in (first.width, first.height))
    if width * height * len(drawings) > MOST:
        raise UsageError(
            N_("{count} pictures of {size} pixels are too many"),
            where=str(path),
            mend=N_("take a smaller size or scale, or not every event"),
            count=len(drawings),
            size=f"{width:.0f} × {height:.0f}",
        )
    WRITERS[path.suffix.lower()](drawings, path, fps, scale)


def pixels(drawing: Drawing, scale: float) -> Image:
    """A drawing as Pillow's image."""
    return _pillow(image_of(drawing, scale=scale))


def painted(drawings: Iterable[Drawing], scale: float) -> Iterator[tuple[Image, Pixels]]:
    """All drawings as Pillow's images, and where each may differ from the one before."""
    canvas = Canvas(scale)
    for drawing in drawings:
        image = _pillow(canvas.paint(drawing))
        yield image, canvas.changed


def _pillow(image: QImage) -> Image:
    from PIL import Image

    size = (image.width(), image.height())
    raw = bytes(image.constBits())
    return Image.frombuffer("RGB", size, raw, "raw", "BGRX", image.bytesPerLine(), 1).copy()


def _durations(count: int, fps: float) -> list[int]:
    """Milliseconds for each picture, in whole hundredths of a second, as GIF counts."""
    each = max(2, round(100 / fps)) * 10
    return [each] * (count - 1) + [max(each, round(HOLD * 1000))]


def _indexed(drawings: Sequence[Drawing], scale: float) -> list[Image]:
    """All pictures in one palette; a byte a pixel, so they may all be held at once."""
    step = max(1, -(-len(drawings) // SAMPLES))
    samples = [
        drawings[place] for place in sorted({*range(0, len(drawings), step), len(drawings) - 1})
    ]
    index = Indexer(palette(samples, [pixels(drawing, scale) for drawing in samples]))
    return list(index.all(painted(drawings, scale)))


def _gif(drawings: Sequence[Drawing], path: Path, fps: float, scale: float) -> None:
    first, *others = _indexed(drawings, scale)
    _save(first, others, path, "GIF", _durations(len(drawings), fps), optimize=False)


def _apng(drawings: Sequence[Drawing], path: Path, fps: float, scale: float) -> None:
    first, *others = _indexed(drawings, scale)
    _save(first, others, path, "PNG", _durations(len(drawings), fps))


def _webp(drawings: Sequence[Drawing], path: Path, fps: float, scale: float) -> None:
    # Pillow hands WebP one picture after the other to the encoder: one at a time is in memory.
    images = (image for image, _ in painted(drawings, scale))
    durations = _durations(len(drawings), fps)
    _save(next(images), images, path, "WEBP", durations, lossless=True, method=2, quality=30)


def _save(
    first: Image,
    others: Iterable[Image],
    path: Path,
    form: str,
    durations: list[int],
    **options: object,
) -> None:
    with writing(path) as stream:
        first.save(
            stream,
            form,
            save_all=True,
            append_images=others,
            duration=durations,
            loop=0,
            **options,
        )


def _mp4(drawings: Sequence[Drawing], path: Path, fps: float, scale: float) -> None:
    if importlib.util.find_spec("imageio_ffmpeg") is None:
        raise UsageError(
            N_("MP4 needs a package that is not installed"),
            where=str(path),
            mend=N_("run “{command}”, or write .gif, .apng or .webp"),
            command="pip install 'gradviz[video]'",
        )
    ffmpeg = importlib.import_module("imageio_ffmpeg")
    images = (image for image, _ in painted(drawings, scale))
    image = next(images)
    # Film players know pictures of even sides only; what is added is the ground's colour.
    size = (image.width + image.width % 2, image.height + image.height % 2)
    with tempfile.TemporaryDirectory() as folder, writing(path) as stream:
        part = Path(folder) / "film.mp4"
        writer = ffmpeg.write_frames(
            str(part),
            size,
            fps=fps,
            codec="libx264",
            quality=None,
            macro_block_size=2,
            ffmpeg_log_level="error",
            output_params=["-crf", "18", "-threads", "1", "-fflags", "+bitexact",
                           "-flags:v", "+bitexact", "-movflags", "+faststart"],
        )  # fmt: skip
        writer.send(None)
        while True:
            data = _even(image, size).tobytes()
            writer.send(data)
            following = next(images, None)
            if following is None:
                break
            image = following
        for _ in range(max(0, round(HOLD * fps) - 1)):
            writer.send(data)
        writer.close()
        stream.write(part.read_bytes())


def _even(image: Image, size: tuple[int, int]) -> Image:
    from PIL import Image as Images

    if image.size == size:
        return image
    wider = Images.new("RGB", size, image.getpixel((0, 0)))
    wider.paste(image)
    return wider


WRITERS: dict[str, Writer] = {".gif": _gif, ".apng": _apng, ".webp": _webp, ".mp4": _mp4}
