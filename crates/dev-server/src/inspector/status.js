/** How the project is: a word for its state, its name, the others, and what is heard. */

/** In the head: a word, and its colour. */
const STATES = {
  starting: ['Starting', 'busy'],
  shadow: ['Warming up', 'busy'],
  live: ['Live', 'good'],
  bypassed: ['Too late, bypassed', 'bad'],
  notResponding: ['Not responding', 'bad'],
  crashed: ['Crashed, starting again', 'bad'],
  held: ['Held', 'bad'],
  ended: ['Ended', 'quiet'],
};

const HEARD = {
  processed: ['processed', 'This is the sound of the processor.'],
  dry: ['dry input', 'This is the input: the processor is bypassed, late or gone.'],
  silence: ['silence', 'Silence is heard in place of the processor, which is bypassed, late or gone.'],
  muted: ['muted', 'This is what would be heard: the project is muted.'],
};

/** What meters, scope and spectrum show, as a word beside each. */
export class Heard {
  #places;
  #muted = false;
  #heard = 'processed';

  constructor(places) {
    this.#places = [...places];
  }

  /** `heard` comes with each picture. */
  show(heard = this.#heard) {
    this.#heard = heard;
    this.#write();
  }

  stats({ heard, muted, guard }) {
    this.#muted = muted || guard.howl_muted;
    this.show(heard);
  }

  #write() {
    const kind = this.#muted ? 'muted' : this.#heard;
    const [word, why] = HEARD[kind] ?? [kind, ''];
    for (const place of this.#places) {
      if (place.textContent === word) continue;
      Object.assign(place, { textContent: word, title: why });
      place.dataset.heard = kind;
    }
  }
}

export class Status {
  #at;

  /** `at(id)` finds the elements. */
  constructor(at) {
    this.#at = at;
  }

  state({ state }) {
    const [word, tone] = STATES[state] ?? [state, 'quiet'];
    this.#word(word, tone);
  }

  /** There is no sound to have a state. */
  silent() {
    this.#word('No audio', 'quiet');
  }

  stats({ session, others = [], guard }) {
    this.#text('project', session);
    document.title = `${session} · Wavecraft inspector`;
    this.#text('others', others.length > 0 ? `Also running: ${others.join(', ')}` : '');
    const limiter = this.#at('limiter');
    limiter.toggleAttribute('data-on', guard.limiting);
    limiter.ariaLabel = guard.limiting ? 'Limiter, acting' : 'Limiter, idle';
  }

  #word(word, tone) {
    this.#text('state', word);
    this.#at('state').dataset.tone = tone;
  }

  #text(id, text) {
    const place = this.#at(id);
    if (place.textContent === text) return;
    place.textContent = text;
    place.title = text;
  }
}
