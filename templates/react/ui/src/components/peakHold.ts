/** The mark above a meter that stays where the signal was. */

/** How long it stays, and how fast it falls after. */
const HOLD_MS = 1500;
const FALL_DB_PER_S = 24;

export interface Hold {
  /** In dBFS. */
  level: number;
  /** When that level was reached, in ms. */
  since: number;
}

/** Nothing was heard yet. */
export const NO_HOLD: Hold = { level: -Infinity, since: 0 };

/** Where the mark stands at `now`, in ms. */
export function markAt(hold: Hold, now: number): number {
  return hold.level - (FALL_DB_PER_S * Math.max(0, now - hold.since - HOLD_MS)) / 1000;
}

/** The mark after a signal whose peak at `now` is `level`, in dBFS. */
export function holdPeak(hold: Hold, level: number, now: number): Hold {
  return level > markAt(hold, now) ? { level, since: now } : hold;
}
