/** A person's gestures, numbered: what is set with the same number is one step to undo. */

/** Two clicks, or taps of the same key, belong together if no more lies between them, in ms. */
const TOGETHER_MS = 500;
/** A turn of the wheel ends with a pause as long as this. */
const TURN_MS = 600;

class Gestures {
  #number = 0;
  /** What began the present one, and when it was heard of last. */
  #cause: { target: EventTarget | null; kind: string } | null = null;
  #at = -Infinity;

  /** The number of the present one. */
  get now(): number {
    return this.#number;
  }

  /** Begins another: for a control that a person moves by other means than pointer, keys and wheel. */
  begin(): void {
    this.#number += 1;
    this.#cause = null;
  }

  /** Does something that is a gesture of its own, such as a press of a switch. */
  alone(act: () => void): void {
    this.begin();
    act();
    this.begin();
  }

  /** Hears of everything that a person does on the page, before its controls do. */
  listen(): void {
    for (const kind of KINDS) document.addEventListener(kind, this.#heard, OPTIONS);
  }

  deafen(): void {
    for (const kind of KINDS) document.removeEventListener(kind, this.#heard, OPTIONS);
  }

  #heard = (event: Event): void => {
    const { type, target } = event;
    // A key that is held repeats itself; released, it has been one gesture.
    if (event instanceof KeyboardEvent) this.#caused(target, event.key, event.repeat ? Infinity : TOGETHER_MS);
    else this.#caused(target, type, type === 'wheel' ? TURN_MS : TOGETHER_MS);
  };

  #caused(target: EventTarget | null, kind: string, within: number): void {
    const now = performance.now();
    const goesOn = this.#cause?.target === target && this.#cause.kind === kind && now - this.#at <= within;
    if (!goesOn) this.begin();
    this.#cause = { target, kind };
    this.#at = now;
  }
}

const KINDS = ['pointerdown', 'keydown', 'wheel'] as const;
const OPTIONS = { capture: true, passive: true };

/** Those of this page. */
export const gestures = new Gestures();
