/** A person's gestures, numbered: what is set with the same number is one step to undo. */

/** Two clicks, or taps of the same key, belong together if no more lies between them, in ms. */
const TOGETHER_MS = 500;
/** Where nothing is held, as with the wheel or by a screen reader, a rest as long as this ends one. */
const REST_MS = 600;

class Gestures {
  #number = 0;
  /** What is pressed, or was last. */
  #cause: { target: EventTarget | null; kind: string } | null = null;
  #pressed = -Infinity;
  #held = false;
  #alone = false;
  /** What was moved last, and when. */
  #id: string | null = null;
  #moved = -Infinity;
  /** Told when a gesture in which something was moved is over. */
  #onEnd: (gesture: number) => void = () => undefined;
  #open = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /** The number with which the parameter `id` is set now. */
  of(id: string): number {
    const now = performance.now();
    const rests = id !== this.#id || now - this.#moved > REST_MS;
    if (!this.#held && !this.#alone && rests) this.#next();
    this.#id = id;
    this.#moved = now;
    this.#open = true;
    clearTimeout(this.#rest);
    if (!this.#held && !this.#alone) this.#rest = setTimeout(() => this.#end(), REST_MS);
    return this.#number;
  }

  /** Does something that is a gesture of its own, such as a press of a switch. */
  alone(act: () => void): void {
    this.#begin();
    this.#alone = true;
    act();
    this.#alone = false;
    this.#begin();
  }

  /** Hears of what a person presses on the page, before its controls do, and tells when a gesture is over. */
  listen(onEnd: (gesture: number) => void = () => undefined): void {
    this.#onEnd = onEnd;
    for (const kind of [...PRESSES, ...RELEASES]) document.addEventListener(kind, this.#heard, true);
  }

  deafen(): void {
    clearTimeout(this.#rest);
    this.#open = false;
    for (const kind of [...PRESSES, ...RELEASES]) document.removeEventListener(kind, this.#heard, true);
  }

  #heard = (event: Event): void => {
    const { type, target } = event;
    if (RELEASES.includes(type)) {
      this.#held = false;
      this.#end();
    }
    // A key that is held repeats itself; released, it has been one gesture.
    else if (event instanceof KeyboardEvent) this.#press(target, event.key, event.repeat ? Infinity : TOGETHER_MS);
    else this.#press(target, type, TOGETHER_MS);
  };

  #press(target: EventTarget | null, kind: string, within: number): void {
    const now = performance.now();
    const goesOn = this.#cause?.target === target && this.#cause.kind === kind && now - this.#pressed <= within;
    if (!goesOn) this.#begin();
    this.#cause = { target, kind };
    this.#pressed = now;
    this.#held = true;
  }

  #begin(): void {
    this.#next();
    this.#cause = null;
    this.#id = null;
  }

  #next(): void {
    this.#end();
    this.#number += 1;
  }

  #end(): void {
    clearTimeout(this.#rest);
    if (!this.#open) return;
    this.#open = false;
    this.#onEnd(this.#number);
  }
}

const PRESSES = ['pointerdown', 'keydown'];
const RELEASES = ['pointerup', 'pointercancel', 'keyup'];

/** Those of this page. */
export const gestures = new Gestures();
