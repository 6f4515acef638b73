/** The time that the processors are told: whether it plays, its tempo, where it is and what is repeated. One for all projects. */

import { Field } from './field.js';
import { clamp, number } from './scales.js';

/** As a parameter is described; the range is the server's. */
const TEMPO = { name: 'Tempo', type: 'float', unit: 'BPM', min: 20, max: 999, default: 120, digits: 1 };

const BEATS_OF_A_BAR = 4;

const NOTES = {
  all: '',
  reset: 'This project’s plugin library gets no tempo: Wavecraft 0.12’s interface has none. A stop resets it.',
  none: 'This project’s processor gets no tempo, as in a Wavecraft 0.12 plugin: “transport none” asks for that. A stop resets it.',
};

/** "3.2": the bar and the beat in it, both from 1. */
export function place(beats) {
  return `${Math.floor(beats / BEATS_OF_A_BAR) + 1}.${Math.floor(beats % BEATS_OF_A_BAR) + 1}`;
}

/** The tempo that a key makes of one; nothing for another key. */
export function turned({ key, shiftKey }, tempo) {
  const step = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[key];
  if (step === undefined) return undefined;
  const to = tempo + step * (shiftKey ? 0.1 : 1);
  return clamp(Math.round(to * 10) / 10, TEMPO.min, TEMPO.max);
}

export class Transport {
  #at;
  #ask;
  #request;
  #field;
  /** What the server has. */
  #now = null;

  /** `at(id)` finds the elements; `request(method, params)` asks the server, and `ask` too, says why where it says no, and answers
   * whether it said yes. */
  constructor(at, request, ask) {
    this.#at = at;
    this.#ask = ask;
    this.#request = request;
    const field = new Field(TEMPO, 'transport-tempo-said', (tempo) => void this.#change({ tempo }));
    this.#field = field;
    field.input.id = 'transport-tempo';
    at('transport-tempo-place').append(field.input, field.said);
    field.input.addEventListener('keydown', (event) => {
      const tempo = this.#now && turned(event, this.#now.tempo);
      if (!tempo) return;
      event.preventDefault();
      this.#turn(tempo);
    });
    field.input.addEventListener('wheel', (event) => {
      if (this.#now === null || document.activeElement !== field.input) return;
      event.preventDefault();
      const key = event.deltaY < 0 ? 'ArrowUp' : 'ArrowDown';
      this.#turn(turned({ key, shiftKey: event.shiftKey }, this.#now.tempo));
    }, { passive: false });
    at('transport-play').addEventListener('click', () => this.#toggle());
    at('transport-start').addEventListener('click', () => this.#change({ position_beats: 0 }));
    at('transport-tap').addEventListener('click', () => this.#ask('tapTempo', {}));
    at('transport-loop').addEventListener('change', ({ target }) => this.#change({ loop_bars: Number(target.value) }));
    addEventListener('keydown', (event) => {
      // Where something has the focus, the key is its own.
      if (event.key !== ' ' || event.repeat || document.activeElement !== document.body || this.#now === null) return;
      event.preventDefault();
      this.#toggle();
    });
  }

  /** Asks for the time. Without sound there is none, nor in an older companion. */
  async fetch() {
    const now = await this.#request('getTransport', {}).catch(() => null);
    this.#at('transport-card').hidden = now === null;
    if (now === null) this.#now = null;
    else this.show(now);
  }

  show(now) {
    this.#now = now;
    const play = this.#at('transport-play');
    play.textContent = now.playing ? 'Stop' : 'Play';
    play.toggleAttribute('data-playing', now.playing);
    this.#field.show(now.tempo);
    this.#loops(now.loop_bars ?? 0);
    const note = this.#at('transport-note');
    note.textContent = NOTES[now.reaches] ?? '';
    note.hidden = note.textContent === '';
    this.position(now.position_beats);
  }

  /** Where it is now, in beats. */
  position(beats) {
    if (this.#now === null) return;
    this.#at('transport-place').textContent = place(beats);
    this.#at('transport-seconds').textContent = `${number((beats * 60) / this.#now.tempo, 1)} s`;
  }

  /** A number of bars that the list doesn't have was set elsewhere. */
  #loops(bars) {
    const list = this.#at('transport-loop');
    const value = String(bars);
    if (![...list.options].some((option) => option.value === value)) {
      list.add(new Option(`${bars} bars`, value));
    }
    list.value = value;
  }

  #toggle() {
    void this.#change({ playing: !this.#now?.playing });
  }

  #turn(tempo) {
    if (tempo === this.#now.tempo) return;
    this.show({ ...this.#now, tempo });
    void this.#change({ tempo });
  }

  /** Was it done? If not, everything shows what the server has. */
  async #change(wanted) {
    if (await this.#ask('setTransport', wanted)) return;
    await this.fetch();
  }
}
