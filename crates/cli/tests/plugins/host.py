"""The VST3 in pedalboard: what it lists, what it makes of files at several block sizes, and what it remembers.

Standard input: {"plugin", "parameters": [{"name", "texts"}], "latency", "values": {name: position},
"presets": {path: file}, "files": [file]}, with file = {"rate", "input", "expected"}; the files are 32-bit floats, two channels, frame by frame.
"""

import json
import sys

import numpy as np
import pedalboard

PLACES = (0.0, 0.2, 0.6, 0.8, 1.0)


def read(path):
    return np.fromfile(path, dtype="<f4").reshape(-1, 2).T.copy()


def null(made, expected, latency):
    """What is left, in dB to full scale; pedalboard takes the latency away where a plugin tells it."""
    length = expected.shape[1] - latency
    left = min(
        np.abs(made[:, late : late + length] - expected[:, :length]).max() for late in (0, latency)
    )
    return -999.0 if left == 0.0 else 20.0 * np.log10(left)


def load(job):
    plugin = pedalboard.load_plugin(job["plugin"])
    named = {parameter.name: parameter for parameter in plugin.parameters.values()}
    return plugin, named


def main():
    job = json.load(sys.stdin)
    plugin, named = load(job)
    for wanted in job["parameters"]:
        texts = [named[wanted["name"]].get_text_for_raw_value(place) for place in PLACES]
        assert texts == wanted["texts"], (wanted["name"], texts, wanted["texts"])
    ours = [parameter["name"] for parameter in job["parameters"]]
    assert [name for name in named if name in ours] == ours, list(named)

    for name, position in job["values"].items():
        named[name].raw_value = position
        assert named[name].raw_value == position, (name, position, named[name].raw_value)
    worst = -999.0
    for file in job["files"]:
        source, expected = read(file["input"]), read(file["expected"])
        for size in (16, 64, 441, 512, 8192):
            made = plugin.process(source, file["rate"], buffer_size=size, reset=True)
            worst = max(worst, null(made, expected, job["latency"]))
    assert worst < -120.0, worst

    for preset, file in job["presets"].items():
        fresh, _ = load(job)
        fresh.load_preset(preset)
        made = fresh.process(read(file["input"]), file["rate"], buffer_size=512, reset=True)
        left = null(made, read(file["expected"]), job["latency"])
        assert left < -120.0, (preset, left)

    other, named_of_other = load(job)
    other.raw_state = plugin.raw_state
    for name, position in job["values"].items():
        assert named_of_other[name].raw_value == position, name
    ten = [load(job)[0] for _ in range(10)]
    file = job["files"][0]
    source, expected = read(file["input"]), read(file["expected"])
    for one in ten:
        one.raw_state = plugin.raw_state
    for one in ten:
        made = one.process(source, file["rate"], buffer_size=256, reset=True)
        assert null(made, expected, job["latency"]) < -120.0
    print(f"null {worst:.0f} dB")


main()
