/** What plays: a file with its name, its waveform, where it is and which part is repeated, or a signal with its numbers. */

import { moved, stretch } from './range.js';
import { number, seconds } from './scales.js';
import { SignalField } from './signal.js';
import { Surface } from './surface.js';

/** So far a pointer moves before a click becomes a drag, and so near an end it takes hold of it, in the page's pixels. */
const GRIP = 6;
/** Values for a screen reader change no more often, in ms. */
const READABLE_MS = 1000;

export class Strip {
  #at;
  #ask;
  #request;
  #surface;
  #painter;
  #field;
  #source = null;
  /** While a loop is dragged: `{fixed, to, moved}`. */
  #drag = null;
  #position = 0;
  #said = -Infinity;
  /** Why the file that was chosen last isn't played. */
  #trouble = '';

  /** `at(id)` finds the elements; `request(method, params)` asks the server, and `ask` too, says why where it says no, and answers
   * whether it said yes. */
  constructor(at, painter, request, ask) {
    this.#at = at;
    this.#ask = ask;
    this.#request = request;
    this.#painter = painter;
    this.#field = new SignalField(at('signal-text'), at('signal-help'), ask);
    this.#surface = new Surface(at('wave'), painter, (surface) => this.#draw(surface));
    at('whole').addEventListener('click', () => this.#loop(null));
    at('recent').addEventListener('change', ({ target }) => target.value && this.#ask('chooseRecent', { number: Number(target.value) }));
    const box = at('wave-box');
    box.addEventListener('pointerdown', (event) => this.#press(event));
    box.addEventListener('pointermove', (event) => this.#move(event));
    box.addEventListener('pointerup', () => this.#release());
    box.addEventListener('pointercancel', () => this.#cancel());
    for (const [id, end] of [['loop-from', 0], ['loop-to', 1]]) at(id).addEventListener('keydown', (event) => this.#key(event, end));
    at('playhead').addEventListener('keydown', (event) => {
      const to = this.#source && moved(event, this.#position, this.#source);
      if (to === undefined || to === null) return;
      event.preventDefault();
      this.position(to);
      void this.#ask('seek', { frame: Math.min(to, this.#source.length_frames - 1) });
    });
    addEventListener('keydown', ({ key }) => key === 'Escape' && this.#cancel());
  }

  /** Asks what plays. Without sound there is no strip. */
  async fetch() {
    const source = await this.#request('getSource', {}).catch(() => null);
    this.#at('strip').hidden = source === null;
    if (source === null) this.#field.show(undefined);
    else this.show(source);
  }

  show(source) {
    const file = source.source === 'file' && source.length_frames > 0;
    this.#source = file ? source : null;
    this.#trouble = source.trouble ?? '';
    const name = file ? (source.name ?? 'A file') : words(source);
    this.#field.show(source.signal);
    Object.assign(this.#at('source-name'), { textContent: name, title: name });
    this.#at('wave-box').toggleAttribute('data-file', file);
    this.#at('signal').textContent = file ? '' : (source.signal?.label ?? HINTS[source.source] ?? '');
    for (const id of ['playhead', 'loop-from', 'loop-to']) this.#at(id).hidden = !file;
    this.#at('whole').disabled = !file || !source.loop;
    this.#recent(source.recent ?? []);
    this.#ends();
    if (!file) this.#at('source-time').textContent = '';
    this.position(this.#position);
  }

  /** Shows where the file is, in frames. */
  position(frames) {
    this.#position = frames;
    this.#painter.request(this.#follow);
  }

  #follow = () => {
    const frames = this.#position;
    if (this.#source === null) return;
    const { length_frames: length, sample_rate: rate } = this.#source;
    this.#place('playhead', frames);
    const text = `${number(frames / rate, 1)} of ${number(length / rate, 1)} s`;
    if (this.#at('source-time').textContent !== text) this.#at('source-time').textContent = text;
    const now = performance.now();
    if (now - this.#said < READABLE_MS) return;
    this.#said = now;
    this.#value('playhead', frames);
  };

  #recent(files) {
    const select = this.#at('recent');
    select.disabled = files.length === 0;
    const playing = files.find(({ playing }) => playing);
    const none = playing ? [] : [new Option(files.length > 0 ? 'Choose…' : 'None yet', '')];
    select.replaceChildren(...none, ...files.map(({ number, name }) => new Option(`${number} · ${name}`, number)));
    select.value = playing?.number ?? '';
    select.title = playing?.name ?? '';
  }

  /** From where to where is repeated: what is dragged, else what the server says, else all. */
  #range() {
    const { loop, length_frames: length } = this.#source;
    return this.#drag?.moved ? stretch(this.#drag.fixed, this.#drag.to, this.#source) : (loop ?? [0, length]);
  }

  #ends() {
    const word = this.#at('loop-word');
    word.title = this.#trouble;
    if (this.#trouble !== '') word.textContent = this.#trouble;
    else this.#say(word);
    if (this.#source === null) return;
    const [from, to] = this.#range();
    this.#place('loop-from', from);
    this.#place('loop-to', to);
    this.#value('loop-from', from);
    this.#value('loop-to', to);
    this.#surface.request();
  }

  #say(word) {
    if (this.#source === null) return (word.textContent = '');
    const [from, to] = this.#range();
    const { sample_rate: rate, length_frames: length } = this.#source;
    word.textContent = from > 0 || to < length ? `Loop ${seconds(from, rate)} to ${seconds(to, rate)}` : 'Drag to loop a part';
  }

  #place(id, frames) {
    this.#at(id).style.transform = `translateX(${number((100 * frames) / this.#source.length_frames, 2)}%)`;
  }

  #value(id, frames) {
    const { sample_rate: rate, length_frames: length } = this.#source;
    const handle = this.#at(id);
    Object.assign(handle, { ariaValueMin: 0, ariaValueMax: (length / rate).toFixed(2), ariaValueNow: (frames / rate).toFixed(2) });
    handle.ariaValueText = seconds(frames, rate);
  }

  #frameAt({ clientX }) {
    const { left, width } = this.#at('wave-box').getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientX - left) / width)) * this.#source.length_frames;
  }

  #press(event) {
    if (this.#source === null || event.button !== 0 || this.#at('live').disabled) return;
    const at = this.#frameAt(event);
    const { width } = this.#at('wave-box').getBoundingClientRect();
    const reach = (GRIP / width) * this.#source.length_frames;
    const [from, to] = this.#range();
    // Whoever takes hold of an end moves it, and the other end stays.
    const fixed = !this.#source.loop ? at : Math.abs(at - from) < reach ? to : Math.abs(at - to) < reach ? from : at;
    this.#drag = { fixed, to: at, moved: false, x: event.clientX };
    this.#at('wave-box').setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  #move(event) {
    if (this.#drag === null) return;
    this.#drag.moved ||= Math.abs(event.clientX - this.#drag.x) > GRIP;
    this.#drag.to = this.#frameAt(event);
    this.#ends();
  }

  #release() {
    if (this.#drag === null) return;
    const { moved, to } = this.#drag;
    const range = this.#range();
    this.#drag = null;
    if (moved) this.#loop(range);
    else void this.#ask('seek', { frame: Math.min(Math.floor(to), this.#source.length_frames - 1) });
  }

  #cancel() {
    if (this.#drag === null) return;
    this.#drag = null;
    if (this.#source !== null) this.#ends();
  }

  #key(event, end) {
    if (this.#source === null) return;
    if (event.key === 'Escape') return this.#loop(null);
    const range = this.#range();
    const to = moved(event, range[end], this.#source);
    if (to === undefined) return;
    event.preventDefault();
    const other = range[1 - end];
    // An end stops at the other one.
    this.#loop(stretch(end === 0 ? Math.min(to, other) : Math.max(to, other), other, this.#source));
  }

  /** Repeats a stretch, or with `null` the whole file. It is shown at once; the server's word follows. */
  #loop(range) {
    this.#source = { ...this.#source, loop: range ?? undefined };
    this.#at('whole').disabled = range === null;
    this.#ends();
    void this.#ask('setLoop', range === null ? {} : { from_frames: range[0], to_frames: range[1] });
  }

  #draw(surface) {
    const { context, width, height } = surface;
    context.fillStyle = surface.color('--sunken');
    context.fillRect(0, 0, width, height);
    const { waveform, length_frames: length } = this.#source ?? {};
    if (!waveform) return;
    const [from, to] = this.#range().map((frame) => (width * frame) / length);
    context.fillStyle = surface.color('--left-faint');
    context.fillRect(from, 0, to - from, height);
    const columns = waveform.max.length;
    const y = (sample) => (height / 2) * (1 - 0.94 * sample);
    for (let x = 0; x < width; x++) {
      const column = Math.min(columns - 1, Math.floor((x * columns) / width));
      const [top, bottom] = [y(waveform.max[column]), y(waveform.min[column])];
      context.fillStyle = surface.color(x >= from && x < to ? '--left' : '--edge');
      context.fillRect(x, top, 1, Math.max(1, bottom - top));
    }
  }
}

const WORDS = {
  microphone: 'Microphone', tone: 'Tone', noise: 'Noise', sweep: 'Sweep', impulse: 'Impulse', step: 'Step', twotone: 'Two tones', silence: 'Silence',
  file: 'No file',
};
const words = ({ source }) => WORDS[source] ?? source;

/** What is there in place of a signal's numbers. */
const HINTS = { microphone: 'What the microphone hears', file: 'Choose a recent file, or press f in the terminal' };
