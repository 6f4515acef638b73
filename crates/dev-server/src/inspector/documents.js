/** The documents of this session's builds, fetched when somebody looks at them. */

import { readable } from './measured.js';

export class Documents {
  #request;
  #changed;
  /** By number: `{revision, document}`. */
  #had = new Map();
  /** The numbers that are being asked for. */
  #asked = new Set();
  /** Counts the companions: an answer of an earlier one is forgotten. */
  #era = 0;

  /** `request(method, params)` asks the server; `changed()` is called when one came. */
  constructor(request, changed) {
    [this.#request, this.#changed] = [request, changed];
  }

  /**
   * The document of a build that came last, `{key, document}`, `null` where it has none that can be read. It may be an older one than
   * `revision`, which is then asked for. Nothing while the first is on its way.
   */
  of({ number, revision }) {
    if (revision === undefined) return undefined;
    const had = this.#had.get(number);
    if (had?.revision !== revision) void this.#fetch(number, revision);
    return had && { key: `${number} ${had.revision}`, document: had.document };
  }

  /** Forgets what isn't of these builds. */
  keep(numbers) {
    for (const number of [...this.#had.keys()]) if (!numbers.includes(number)) this.#had.delete(number);
  }

  /** Forgets all: another companion counts from 1 again. */
  clear() {
    this.#era += 1;
    this.#had.clear();
    this.#asked.clear();
  }

  /** One call for a build at a time; whoever looks again after it asks for what is new then. */
  async #fetch(number, revision) {
    if (this.#asked.has(number)) return;
    this.#asked.add(number);
    const era = this.#era;
    // Gone: not asked again until there is something newer.
    const answer = await this.#request('getMeasurement', { number }).catch(() => null);
    if (era !== this.#era) return;
    this.#asked.delete(number);
    this.#had.set(number, { revision, document: readable(answer?.document) ? answer.document : null });
    this.#changed();
  }
}
