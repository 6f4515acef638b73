/** How the project is: its state, its name and the others', and what somebody should know. */

import { notices } from './figures.js';

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

export class Status {
  #at;
  #reason = null;
  #notices = [];

  constructor(at) {
    this.#at = at;
  }

  state({ state, reason }) {
    const [word, tone] = STATES[state] ?? [state, 'quiet'];
    this.#word(word, tone);
    this.#reason = reason ?? null;
    this.#write();
  }

  /** There is no sound to have a state. */
  silent() {
    this.#word('No audio', 'quiet');
    this.#reason = 'this project runs without audio: `wavecraft start --with-audio` lets it be heard';
    this.#write();
  }

  stats(stats) {
    const { session, others = [] } = stats;
    this.#at('project').textContent = session;
    document.title = `${session} · Wavecraft inspector`;
    this.#at('others').textContent = others.length > 0 ? `Also running: ${others.join(', ')}` : '';
    this.#notices = notices(stats);
    this.#write();
  }

  #word(word, tone) {
    const state = this.#at('state');
    if (state.textContent !== word) state.textContent = word;
    state.dataset.tone = tone;
  }

  /** One line for each; two of them may tell of the same. */
  #write() {
    const lines = [...new Set([this.#reason, ...this.#notices].filter(Boolean))].map(sentence);
    const place = this.#at('notices');
    if ([...place.children].map(({ textContent }) => textContent).join('\n') === lines.join('\n')) return;
    place.replaceChildren(...lines.map((text) => Object.assign(document.createElement('p'), { textContent: text })));
  }
}

/** `text` with a capital in front and a full stop behind: it comes as a terminal shows it, behind a colon. */
function sentence(text) {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
