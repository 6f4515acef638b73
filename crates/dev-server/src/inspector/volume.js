/** The project's volume: the gain behind its processor. */

import { control, element } from './controls.js';
import { Sender } from './sender.js';

/** As a parameter is described; the range is the server's. */
const VOLUME = { name: 'Volume', type: 'float', unit: 'dB', min: -60, max: 12, step: 0.5, default: 0 };

/** Figures that come after a change may still be from before it: one a second, and one on its way. */
const LATE_FIGURES = 2;

export class Volume {
  #sender;
  #show;
  #inputs;
  /** What the server has. */
  #now = VOLUME.default;
  /** What was set, until the figures have it, and how many that didn't may still come. */
  #set = null;
  #late = 0;

  /** Puts the control into `place`; `request(method, params)` asks the server, `refused(error)` hears what it says no to. */
  constructor(place, request, refused) {
    this.#sender = new Sender((_, value) => request('setGain', { gain_db: value }), (error) => {
      this.#set = null;
      this.#show(this.#now);
      refused(error);
    });
    const { elements, show } = control(VOLUME, 'volume-control', (value) => this.#turn(value));
    this.#show = show;
    this.#inputs = elements.filter((element) => 'disabled' in element);
    place.append(element('label', { htmlFor: 'volume-control', textContent: VOLUME.name }), ...elements);
    show(VOLUME.default);
  }

  /** Shows the figures' value, unless a person has set another since they were made. */
  show(gain) {
    if (this.#sender.waits(VOLUME.name)) return;
    if (this.#set !== null && this.#set !== gain && this.#late-- > 0) return;
    this.#set = null;
    this.#now = gain;
    this.#show(gain);
  }

  /** Without sound there is nothing to turn. */
  disable(silent) {
    for (const input of this.#inputs) input.disabled = silent;
  }

  #turn(value) {
    [this.#set, this.#late] = [value, LATE_FIGURES];
    this.#show(value);
    void this.#sender.send(VOLUME.name, value);
  }
}
