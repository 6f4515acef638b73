/** The blind test: X is A or B, and who hears which says so. */

import { number } from './scales.js';

/** Less than this is rarely chance. */
const RARE = 0.05;
/** Fewer answers than these prove nothing, however right they are: chance gives 4 of 4 once in 16 times. */
const FEW = 5;

export class Abx {
  #at;
  #does;
  #runs = false;

  /** `at(id)` finds the elements; `does(method, params)` does it, and tells whether it was done. */
  constructor(at, does) {
    [this.#at, this.#does] = [at, does];
    at('abx-start').addEventListener('click', () => void does('startAbx', {}));
    at('abx-end').addEventListener('click', () => void does('endAbx', {}));
    for (const which of ['a', 'b', 'x']) at(`abx-${which}`).addEventListener('change', () => void does('hearAbx', { which }));
    for (const which of ['a', 'b']) at(`abx-is-${which}`).addEventListener('click', () => void does('answerAbx', { which }));
  }

  /** Shows the test that runs, or how one is begun. */
  show({ abx, state, after, before }) {
    const runs = abx !== undefined;
    const focused = document.activeElement;
    const at = this.#at;
    at('abx-idle').hidden = runs;
    at('abx-test').hidden = !runs;
    at('abx-start').disabled = state !== 'on' && state !== 'kept';
    const hint = state === 'none' || state === 'starting' ? 'Listen to Before once: then both builds run, and a blind test can begin.' : 'A blind test tells whether you hear what changed.';
    write(at('abx-hint'), hint);
    if (runs) {
      for (const which of ['a', 'b', 'x']) at(`abx-${which}`).checked = abx.hearing === which;
      at('abx-which').textContent = `A is ${after === undefined ? 'the newest build' : `build ${after}`}, B is ${before === undefined ? 'the older one' : `build ${before}`}. X is one of them.`;
      write(at('abx-last'), last(abx));
      write(at('abx-score'), score(abx));
    }
    // The buttons change places: the keyboard goes on where the test is.
    if (runs && !this.#runs && focused === at('abx-start')) at('abx-x').focus();
    if (!runs && this.#runs && at('abx-test').contains(focused)) at('abx-start').focus();
    this.#runs = runs;
  }
}

function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** What the last answer was worth. */
export function last({ last }) {
  if (!last) return 'Listen to A, B and X as often as you like, then say which one X is.';
  return `X was ${last.x === 'a' ? 'A' : 'B'}: ${last.right ? 'right' : 'wrong'}. There is a new X now.`;
}

/** The score, and what it says. */
export function score({ trials, right, probability }) {
  if (!(trials > 0)) return 'No answer yet.';
  const count = `${right} of ${trials} right.`;
  if (!Number.isFinite(probability)) return count;
  const chance = `By guessing alone, ${among(probability)} would do as well or better.`;
  const verdict = trials < FEW ? `${FEW} answers at least before that says anything.`
    : probability < RARE ? 'You most likely hear a difference.'
      : 'That may be chance: it doesn’t show that you hear a difference.';
  return `${count} ${chance} ${verdict}`;
}

/** A probability as people count it. */
export function among(probability) {
  if (probability >= 0.995) return 'everybody';
  if (probability < 0.001) return 'fewer than 1 in 1,000 people';
  if (probability < 0.01) return `${number(1000 * probability, 0)} in 1,000 people`;
  return `${number(100 * probability, 0)} in 100 people`;
}
