/** Undo and redo: the project's own, so what any page did. */

/** A key that is held undoes no faster, in ms: the server has a limit for what changes many values. */
const HELD_MS = 50;

export class History {
  #request;
  #settled;
  #say;
  #buttons;
  #said;
  #now = {};
  #last = -Infinity;

  /**
   * `at(id)` finds the elements; `request(method, params)` asks the server, after `settled()`, when everything is there that
   * was moved before; `say(error)` tells a person what isn't as expected.
   */
  constructor(at, request, settled, say) {
    this.#request = request;
    this.#settled = settled;
    this.#say = say;
    this.#buttons = { undo: at('undo'), redo: at('redo') };
    this.#said = at('set-said');
    for (const [way, button] of Object.entries(this.#buttons)) button.addEventListener('click', () => void this.#walk(way));
    document.addEventListener('keydown', (event) => {
      const way = asked(event);
      if (way === null || at('live').disabled || at('panel-now').hidden) return;
      event.preventDefault();
      if (event.repeat && event.timeStamp - this.#last < HELD_MS) return;
      this.#last = event.timeStamp;
      if (this.#now[way] !== undefined) void this.#walk(way);
    });
  }

  /** Asks what can be undone. A project that can't say has no history. */
  async fetch() {
    const now = await this.#request('getHistory', {}).catch(() => null);
    for (const button of Object.values(this.#buttons)) button.hidden = now === null;
    this.show(now ?? {});
  }

  show(now) {
    this.#now = now;
    for (const [way, button] of Object.entries(this.#buttons)) {
      const [what, steps] = [now[way], now[`${way}_steps`]];
      button.disabled = what === undefined;
      button.title = what === undefined ? `Nothing to ${way}` : `${WORDS[way]} ${what} · ${steps === 1 ? 'the only step' : `${steps} steps`}`;
    }
  }

  async #walk(way) {
    await this.#settled();
    try {
      const { step, said } = await this.#request(way, {});
      if (said !== undefined) this.#say(new Error(said));
      if (step !== undefined) this.#said.textContent = `${DONE[way]} ${step}.`;
    } catch (error) {
      this.#say(error);
    }
  }
}

const WORDS = { undo: 'Undo', redo: 'Redo' };
const DONE = { undo: 'Undid', redo: 'Redid' };

/** What has no text in it, and so no undo of its own. */
const WITHOUT_TEXT = 'input:is([type=range], [type=checkbox], [type=radio]), :not(input, textarea, [contenteditable])';

/** Which of the two a key asks for. In a text its own undo is meant. */
export function asked({ key, ctrlKey, metaKey, shiftKey, altKey, target }) {
  if (!(ctrlKey || metaKey) || altKey || !target.matches(WITHOUT_TEXT)) return null;
  const letter = key.toLowerCase();
  if (letter === 'z') return shiftKey ? 'redo' : 'undo';
  return letter === 'y' && ctrlKey && !shiftKey ? 'redo' : null;
}
