/** The project's volume: the gain behind its processor. */

import { control, element } from './controls.js';
import { Sender } from './sender.js';

/** As a parameter is described; the range is the server's. */
const VOLUME = { name: 'Volume', type: 'float', unit: 'dB', min: -60, max: 12, step: 0.5, default: 0 };

export class Volume {
  #sender;
  #show;
  /** What the server has. */
  #now = VOLUME.default;

  /** Puts the control into `place`; `request(method, params)` asks the server, `refused(error)` hears what it says no to. */
  constructor(place, request, refused) {
    this.#sender = new Sender((_, value) => request('setGain', { gain_db: value }), (error) => {
      this.#show(this.#now);
      refused(error);
    });
    const { elements, show } = control(VOLUME, 'volume-control', (value) => this.#set(value));
    this.#show = show;
    place.append(element('label', { htmlFor: 'volume-control', textContent: VOLUME.name }), ...elements);
    show(VOLUME.default);
  }

  /** Shows the server's value, unless a newer one is on its way there. */
  show(gain) {
    if (this.#sender.waits(VOLUME.name)) return;
    this.#now = gain;
    this.#show(gain);
  }

  #set(value) {
    this.#show(value);
    void this.#sender.send(VOLUME.name, value);
  }
}
