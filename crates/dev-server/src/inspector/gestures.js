/** A person's gestures, numbered: what is set with the same number is one step to undo. */

/** Two clicks, or taps of the same key, belong together if no more lies between them, in ms. */
const TOGETHER_MS = 500;
/** A turn of the wheel ends with a pause as long as this. */
const TURN_MS = 600;

class Gestures {
  #number = 0;
  /** What began the present one, and when it was heard of last. */
  #cause = null;
  #at = -Infinity;

  /** The number of the present one. */
  get now() {
    return this.#number;
  }

  /** Begins another. */
  begin() {
    this.#number += 1;
    this.#cause = null;
    return this.#number;
  }

  /** Does something that is a gesture of its own. */
  alone(act) {
    this.begin();
    act();
    this.begin();
  }

  /** Hears of everything that a person does within `place`, before anybody else does. */
  listen(place) {
    place.addEventListener('pointerdown', ({ target }) => this.#caused(target, 'pointer', TOGETHER_MS), true);
    // A key that is held repeats itself; released, it has been one gesture.
    place.addEventListener('keydown', ({ target, key, repeat }) => this.#caused(target, key, repeat ? Infinity : TOGETHER_MS), true);
    place.addEventListener('wheel', ({ target }) => this.#caused(target, 'wheel', TURN_MS), { capture: true, passive: true });
  }

  #caused(target, kind, within) {
    const now = performance.now();
    const goesOn = this.#cause?.target === target && this.#cause.kind === kind && now - this.#at <= within;
    if (!goesOn) this.begin();
    this.#cause = { target, kind };
    this.#at = now;
  }
}

/** Those of this page. */
export const gestures = new Gestures();
