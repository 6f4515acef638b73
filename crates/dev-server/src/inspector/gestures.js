/** A person's gestures, numbered: what is set with the same number is one step to undo. */

/** Two clicks, or taps of the same key, belong together if no more lies between them, in ms. */
const TOGETHER_MS = 500;
/** Where nothing is held, as with the wheel or by a screen reader, a rest as long as this ends one. */
const REST_MS = 600;

class Gestures {
  #number = 0;
  /** What is pressed, or was last. */
  #cause = null;
  #pressed = -Infinity;
  #held = false;
  #alone = false;
  /** What was moved last, and when. */
  #id = null;
  #moved = -Infinity;

  /** The number with which `id` is set now. */
  of(id) {
    const now = performance.now();
    const rests = id !== this.#id || now - this.#moved > REST_MS;
    if (!this.#held && !this.#alone && rests) this.#number += 1;
    this.#id = id;
    this.#moved = now;
    return this.#number;
  }

  /** Does something that is a gesture of its own, such as a press of a switch. */
  alone(act) {
    this.#begin();
    this.#alone = true;
    act();
    this.#alone = false;
    this.#begin();
  }

  /** Hears of what a person presses within `place`, before anybody else does. */
  listen(place) {
    place.addEventListener('pointerdown', ({ target }) => this.#press(target, 'pointer', TOGETHER_MS), true);
    // A key that is held repeats itself; released, it has been one gesture.
    place.addEventListener('keydown', ({ target, key, repeat }) => this.#press(target, key, repeat ? Infinity : TOGETHER_MS), true);
    for (const end of ['pointerup', 'pointercancel', 'keyup']) place.addEventListener(end, () => (this.#held = false), true);
  }

  #press(target, kind, within) {
    const now = performance.now();
    const goesOn = this.#cause?.target === target && this.#cause.kind === kind && now - this.#pressed <= within;
    if (!goesOn) this.#begin();
    this.#cause = { target, kind };
    this.#pressed = now;
    this.#held = true;
  }

  #begin() {
    this.#number += 1;
    this.#cause = null;
    this.#id = null;
  }
}

/** Those of this page. */
export const gestures = new Gestures();
