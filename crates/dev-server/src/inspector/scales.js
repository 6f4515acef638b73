/** From what is measured to where it is drawn, and to how it is written. */

export const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

/** Linear amplitude in dB of full scale; −∞ for silence. */
export const toDecibels = (amplitude) => 20 * Math.log10(Math.max(0, amplitude));

/** Where `value` lies on a scale, from 0 to 1. */
export const share = (value, least, most) => clamp((value - least) / (most - least), 0, 1);

/** The same on a logarithmic scale. */
export const logShare = (value, least, most) => share(Math.log(value), Math.log(least), Math.log(most));

/** A number with a typographer's minus, which screen readers read as one, and without a sign for zero. */
export const number = (value, digits = 1) =>
  value.toFixed(digits).replace(/^-(?=[0.]*$)/, '').replace('-', '−');

/** A level in dB, or −∞ where it is below `floor`. */
export const decibels = (level, floor = -100) => `${level < floor ? '−∞' : number(level)} dB`;

/** A frequency with three digits, and the unit that fits it. */
export const hertz = (value) => (value < 999.5 ? `${significant(value)} Hz` : `${significant(value / 1000)} kHz`);

const significant = (value) => value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);

/** Frames as time. */
export const milliseconds = (frames, rate) => (rate > 0 ? (1000 * frames) / rate : 0);

/** How long one stays, and how fast it falls after. */
const HOLD_MS = 1500;
const FALL_DB_PER_S = 24;

/** Marks that stay where a level was, and then fall. */
export class Holds {
  #levels;
  #since;

  /** For so many levels, in dB. */
  constructor(count) {
    this.#levels = new Float64Array(count).fill(-Infinity);
    this.#since = new Float64Array(count);
  }

  get count() {
    return this.#levels.length;
  }

  /** Takes the level of one at `now`, in ms, and returns where its mark stands. */
  take(index, level, now) {
    const mark = this.at(index, now);
    if (level < mark) return mark;
    this.#levels[index] = level;
    this.#since[index] = now;
    return level;
  }

  /** Where a mark stands at `now`, in ms. */
  at(index, now) {
    const fallen = Math.max(0, now - this.#since[index] - HOLD_MS) / 1000;
    return this.#levels[index] - FALL_DB_PER_S * fallen;
  }
}

/** A time in a file, in seconds. */
export const seconds = (frames, rate) => `${number(frames / rate, 2)} s`;
