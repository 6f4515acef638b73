/** The latency, as a bar of its parts. */

import { milliseconds, number } from './scales.js';

const PARTS = {
  input_device: 'Input device',
  input_buffer: 'Input buffer',
  pipeline: 'Pipeline',
  processor: 'Processor',
  output_device: 'Output device',
};

/** The way from the input to the loudspeaker, as a bar of its parts. */
export class Latency {
  #bar;
  #total;
  #parts = new Map();

  constructor(bar, legend, total) {
    this.#bar = bar;
    this.#total = total;
    for (const [part, name] of Object.entries(PARTS)) {
      const [stretch, term, value] = ['span', 'dt', 'dd'].map((tag) => document.createElement(tag));
      stretch.className = term.className = part.replace('_', '-');
      term.textContent = name;
      bar.append(stretch);
      legend.append(term, value);
      this.#parts.set(part, { stretch, value });
    }
  }

  show({ latency, devices }) {
    const sum = Object.values(latency).reduce((sum, frames) => sum + frames, 0);
    const written = (frames) => `${number(milliseconds(frames, devices.sample_rate), 2)} ms`;
    for (const [part, { stretch, value }] of this.#parts) {
      stretch.style.flexGrow = latency[part];
      value.textContent = `${latency[part]} · ${written(latency[part])}`;
    }
    this.#total.textContent = `${written(sum)} · ${sum} frames`;
    this.#bar.ariaLabel = `Latency, ${written(sum)} in all`;
  }
}
