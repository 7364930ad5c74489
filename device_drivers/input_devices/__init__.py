"""The kernel's input devices that are no scanner: a tactile keypad, the jack of a headset."""
