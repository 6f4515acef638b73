/** Marks that stay where a level was, and then fall. */

/** How long one stays, and how fast it falls after. */
const HOLD_MS = 1500;
const FALL_DB_PER_S = 24;

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
