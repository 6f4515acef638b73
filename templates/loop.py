#!/usr/bin/env python3
"""Writes loop.flac, the music that scripts/run plays through the demo project: 8 s, four bars at 120 BPM, seamless.

Made of sines, a saw and noise by this file alone, so it is as free as the rest. Needs sox for the FLAC:
    python3 loop.py && sox loop.wav loop.flac && rm loop.wav
"""
import math, random, struct, wave

RATE, SECONDS, BEAT = 44100, 8.0, 0.5
LENGTH = int(RATE * SECONDS)
left, right = [0.0] * LENGTH, [0.0] * LENGTH
random.seed(1)


def add(start, seconds, pan, sample):
    """Adds sample(t) from `start` s on; what reaches over the end goes on at the beginning, so the loop has no seam."""
    for i in range(int(seconds * RATE)):
        value = sample(i / RATE)
        at = (int(start * RATE) + i) % LENGTH
        left[at] += value * math.cos((pan + 1) * math.pi / 4)
        right[at] += value * math.sin((pan + 1) * math.pi / 4)


def note(semitones_from_a4):
    return 440.0 * 2 ** (semitones_from_a4 / 12)


def kick(t):
    return 0.75 * math.exp(-7 * t) * math.sin(2 * math.pi * (45 * t + 12 * (1 - math.exp(-30 * t))))


def hat(t):
    return 0.10 * math.exp(-60 * t) * random.uniform(-1, 1)


def snare(t):
    return math.exp(-18 * t) * (0.22 * random.uniform(-1, 1) + 0.2 * math.sin(2 * math.pi * 185 * t))


def bass(freq):
    def sample(t):
        tone = sum(math.sin(2 * math.pi * freq * k * t) / k for k in range(1, 6))
        return 0.22 * tone * min(1, t * 200) * math.exp(-4 * t)
    return sample


def pluck(freq):
    def sample(t):
        tone = sum(math.sin(2 * math.pi * freq * k * t) * math.exp(-k * 2.2 * t) / k for k in range(1, 8))
        return 0.09 * tone * min(1, t * 400)
    return sample


CHORDS = [(-12, -9, -5, 2), (-16, -9, -4, 0), (-9, -5, -2, 3), (-14, -7, -2, 2)]
for bar, chord in enumerate(CHORDS):
    origin = bar * 4 * BEAT
    for beat in range(4):
        add(origin + beat * BEAT, 0.5, 0, kick)
        add(origin + (beat + 0.5) * BEAT, 0.1, 0.3, hat)
        if beat % 2:
            add(origin + beat * BEAT, 0.3, -0.1, snare)
    for step in (0, 1.5, 2.5, 3.5):
        add(origin + step * BEAT, 0.6, 0, bass(note(chord[0] - 24)))
    for step in range(16):
        add(origin + step * BEAT / 4, 0.9, 0.7 * math.sin(step), pluck(note(chord[step % 4] + (12 if step % 3 == 0 else 0))))

peak = max(max(map(abs, left)), max(map(abs, right)))
with wave.open("loop.wav", "wb") as out:
    out.setparams((2, 2, RATE, LENGTH, "NONE", ""))
    scale = 0.7 / peak * 32767
    out.writeframes(b"".join(struct.pack("<hh", round(l * scale), round(r * scale)) for l, r in zip(left, right)))
