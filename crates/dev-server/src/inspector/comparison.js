/** Before and after: which build is heard, their difference, level match, and what the second child costs. */

import { Abx } from './abx.js';
import { clock } from './builds.js';
import { fill } from './figures.js';
import { change, decibels } from './measured.js';
import { number } from './scales.js';

const HEARD = ['after', 'before', 'difference'];

export class Comparison {
  #at;
  #ask;
  #abx;
  #radios;
  #now = null;
  /** The build that a person chose in the list, until it is the one that lives. */
  #picked = null;
  /** What was asked to be heard, until it is. */
  #wanted = null;
  /** Calls that have no answer yet: what comes meanwhile is older than what the person sees. */
  #asking = 0;
  /** Did something come meanwhile? */
  #missed = false;
  #times = new Map();

  /** `at(id)` finds the elements; `ask(method, params)` does it, and tells whether it was done. */
  constructor(at, ask) {
    this.#at = at;
    this.#ask = ask;
    this.#abx = new Abx(at, (method, params) => this.#does(method, params));
    this.#radios = Object.fromEntries(HEARD.map((heard) => [heard, at(`hear-${heard}`)]));
    for (const [hear, radio] of Object.entries(this.#radios)) {
      radio.addEventListener('change', () => this.hear(hear === 'after' ? { hear } : { hear, ...this.#chosen }));
    }
    at('compare-with').addEventListener('change', ({ target }) => {
      this.#picked = Number(target.value);
      // While the newest is heard, no other child is started for a choice alone.
      if (['before', 'difference'].includes(this.#now.hear)) this.hear({ hear: this.#now.hear, ...this.#chosen });
    });
    at('compare-match').addEventListener('change', ({ target }) => void this.#does('setComparison', { matched: target.checked }));
    at('compare-end').addEventListener('click', () => {
      this.#wanted = null;
      void this.#does('endComparison', {});
    });
  }

  /** The build that is chosen in the list, if another one than the one that lives. */
  get #chosen() {
    const chosen = Number(this.#at('compare-with').value);
    return chosen > 0 && chosen !== this.#now?.before ? { with: chosen } : {};
  }

  /** What there is to compare, or `null` where the server can't. */
  show(now) {
    const { state, trouble } = this.#now ?? {};
    const started = state === 'starting' && now?.state !== 'starting';
    const failed = now?.trouble !== undefined && now.trouble !== trouble;
    if (started || failed || now?.hear === this.#wanted) this.#wanted = null;
    this.#now = now;
    this.#missed = this.#asking > 0;
    if (!this.#missed) this.#write();
  }

  /** When the builds were made, by their numbers. */
  made(builds) {
    this.#times = new Map(builds.map(({ number, made_ms: made }) => [number, clock(made)]));
    if (this.#now !== null && this.#asking === 0) this.#offer();
  }

  /** Asks for what is to be heard: `{hear, with?}`. */
  hear(wanted) {
    this.#wanted = wanted.hear;
    void this.#does('setComparison', wanted);
  }

  async #does(method, params) {
    this.#asking += 1;
    const done = await this.#ask(method, params);
    this.#asking -= 1;
    if (!done) this.#wanted = null;
    // What was done is told as well: until then the controls stay as the person left them.
    if (this.#asking === 0 && (!done || this.#missed)) this.#write();
    if (this.#asking === 0) this.#missed = false;
    return done;
  }

  #write() {
    const now = this.#now;
    this.#at('compare-card').hidden = now === null;
    if (now === null) return;
    const { hear, state, matched, trouble = '' } = now;
    const older = now.before !== undefined || this.#older.length > 0;
    const blind = now.abx !== undefined;
    for (const [heard, radio] of Object.entries(this.#radios)) {
      radio.checked = (this.#wanted ?? hear) === heard;
      radio.disabled = heard !== 'after' && !older;
    }
    this.#offer();
    this.#at('compare-choices').hidden = blind;
    this.#at('compare-match').checked = matched === true;
    this.#at('compare-match').disabled = !older;
    this.#at('compare-end').disabled = state === 'none';
    // A trouble says what is heard, too: it stands in the same place, so that nothing moves.
    write(this.#at('compare-note'), trouble || note(now, older));
    this.#at('compare-note').classList.toggle('trouble', trouble !== '');
    fill(this.#at('compare-facts'), facts(now));
    this.#abx.show(now);
  }

  get #older() {
    return (this.#now.builds ?? []).filter(Number.isSafeInteger);
  }

  /** The older builds to choose from. */
  #offer() {
    const select = this.#at('compare-with');
    const { before } = this.#now;
    const numbers = [...new Set([...(before === undefined ? [] : [before]), ...this.#older])].toSorted((one, other) => other - one);
    if (before === this.#picked || !numbers.includes(this.#picked)) this.#picked = null;
    const options = numbers.map((number) => [number, [`Build ${number}`, this.#times.get(number)].filter(Boolean).join(', ')]);
    const text = JSON.stringify(options);
    if (select.dataset.options !== text) {
      select.dataset.options = text;
      select.replaceChildren(...(options.length > 0 ? options : [['', 'None yet']]).map(([number, name]) => new Option(name, number)));
    }
    select.disabled = numbers.length === 0;
    const shown = this.#picked ?? before ?? numbers[0];
    if (shown !== undefined) select.value = shown;
  }
}

function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** What is heard, in a sentence. */
export function note({ hear, state, after, before }, older = true) {
  const [newer, elder] = [after, before].map((number) => (number === undefined ? '' : `build ${number}`));
  if (!older) return 'There is no older build yet: change the code and save, and this one is kept to compare with.';
  if (state === 'starting') return `Starting ${elder || 'the older build'}; you hear ${newer || 'the newest'} meanwhile.`;
  if (hear === 'blind') return 'A blind test runs: which is which is told with each answer.';
  if (hear === 'before') return `You hear ${elder}, the older one.`;
  if (hear === 'difference') return `You hear the difference, ${newer} minus ${elder}.`;
  return newer === '' ? '' : `You hear ${newer}, the newest.`;
}

/** The lines of what is known of the comparison: always the same ones. */
export function facts({ hear, state, matched, match_db: gain, before, difference, floor, cost, ends_in_s: ends, latency_frames: latency }) {
  const lives = state !== 'none';
  const of = (value, unit) => decibels(value ?? -Infinity, 1, unit);
  const quiet = state === 'on' ? 'nothing to compare in silence' : 'not compared yet';
  const waits = lives ? 'waits for enough sound' : 'on, from the first comparison';
  const late = ends === undefined || hear !== 'after' ? 'not while it is heard' : `by itself in ${duration(ends)}`;
  return [
    ['Level match', !matched ? 'off' : gain === undefined ? waits : `${change(gain, 1, 'dB')} on build ${before}`, 'One gain on the older build, from the loudness of both.'],
    ['Difference', difference ? of(difference.level_db, 'dBFS') : quiet, 'The newer build minus the older one, of the last second.'],
    ['Null', difference ? (difference.null_db === null ? '−∞ dB: they are the same' : of(difference.null_db, 'dB to what plays')) : quiet,
      'The difference to the newer build: the deeper, the more alike.'],
    ['Floor', !floor ? 'not measured' : floor.null_db === null ? '−∞ dB: it repeats itself' : of(floor.null_db, 'dB'),
      'What two runs of the newest build differ by, as it was measured: a null no deeper is not the change’s doing.'],
    ['Latency', latency ? `${latency[0]} and ${latency[1]} frames, aligned` : lives ? 'the same of both' : '–', 'What both report: the earlier one is delayed.'],
    ['The older build takes', cost ? `${number(100 * cost.load)} % of a block${memory(cost.memory_bytes)}` : lives ? 'not told yet' : 'nothing: none runs',
      'Of a block’s time, and of memory, while it lives.'],
    ['It ends', lives ? late : '–', 'While the newest build is heard, the older one is kept for a while, and then costs nothing more.'],
  ];
}

const memory = (bytes) => (Number.isFinite(bytes) ? ` · ${number(bytes / 2 ** 20, 0)} MiB` : '');

/** A time as "4 min 30 s". */
export function duration(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.round(seconds % 60)];
  return [minutes > 0 && `${minutes} min`, (rest > 0 || minutes === 0) && `${rest} s`].filter(Boolean).join(' ');
}
