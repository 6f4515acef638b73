/** What happens to the project: its state, its build, and the lines that its processor writes. */

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

/** How the project is: its state, its name and the others', and what somebody should know. */
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

/** What the build does: a word in the head of the page, and the compiler's own over it while it fails. */
export class Build {
  #word;
  #overlay;
  #errors;

  /** `at(id)` finds the elements. */
  constructor(at) {
    [this.#word, this.#overlay, this.#errors] = ['build', 'build-failed', 'build-errors'].map(at);
    const hide = () => (this.#overlay.hidden = true);
    at('build-hide').addEventListener('click', hide);
    addEventListener('keydown', ({ key }) => key === 'Escape' && hide());
  }

  show({ status, ms, errors }) {
    const words = { building: 'Building…', ok: `Built in ${(ms / 1000).toFixed(1)} s`, failed: 'Build failed' };
    this.#word.textContent = words[status];
    this.#word.dataset.tone = { ok: 'quiet', building: 'busy', failed: 'bad' }[status];
    // While the next build runs, the errors of the last one stay: that is when they are being mended.
    if (status === 'building') return;
    this.#overlay.hidden = status !== 'failed';
    this.#errors.textContent = errors ?? '';
  }
}

/** Lines that are kept. */
const LINES = 500;

/** What the processor says, and what the companion says of it. */
export class Log {
  #place;
  #painter;
  #lines = [];

  constructor(place, clear, painter) {
    this.#place = place;
    this.#painter = painter;
    clear.addEventListener('click', () => {
      this.#lines = [];
      painter.request(this.#write);
    });
  }

  add({ stream, line }) {
    this.#lines.push(stream === 'message' ? `» ${line}` : line);
    if (this.#lines.length > LINES) this.#lines.shift();
    // A program that writes a thousand lines at once costs one frame.
    this.#painter.request(this.#write);
  }

  #write = () => {
    const place = this.#place;
    // Whoever scrolled back goes on reading there.
    const follows = place.scrollTop + place.clientHeight >= place.scrollHeight - 8;
    place.textContent = this.#lines.join('\n') || 'Nothing yet.';
    if (follows) place.scrollTop = place.scrollHeight;
  };
}
