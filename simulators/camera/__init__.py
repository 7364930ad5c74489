"""A camera made of a folder: pictures of a lobby and of a bill held into it; nothing real."""

from simulators.camera.folder import CameraFolder, empty_frames, frames

__all__ = ["CameraFolder", "empty_frames", "frames"]
