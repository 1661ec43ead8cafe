"""Photos of reports: read, kept as files, found again."""

from geodata.photos.decoding import Decoded, decode
from geodata.photos.errors import (
    PhotoBytesSpent,
    PhotoEmpty,
    PhotoGone,
    PhotoIsHeic,
    PhotoMoves,
    PhotoNotSent,
    PhotoRoomFull,
    PhotoTaken,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoUnreadable,
    TooManyPhotos,
    UnknownPhoto,
)
from geodata.photos.files import SIZES, Size, file_path, read_file, remove_files, sweep_files, write_files
from geodata.photos.store import (
    photo_of_report,
    photos_of_form,
    photos_of_report,
    photos_of_sender,
    remove_waiting,
    twins,
)

__all__ = [
    "SIZES", "Decoded", "PhotoBytesSpent", "PhotoEmpty", "PhotoGone", "PhotoIsHeic", "PhotoMoves", "PhotoNotSent", "PhotoRoomFull", "PhotoTaken", "PhotoTooLarge", "PhotoTooManyPixels",
    "PhotoTooSmall", "PhotoUnreadable", "Size", "TooManyPhotos", "UnknownPhoto", "decode", "file_path", "photo_of_report",
    "photos_of_form", "photos_of_report", "photos_of_sender", "read_file", "remove_files", "remove_waiting", "sweep_files", "twins",
    "write_files",
]  # fmt: skip
