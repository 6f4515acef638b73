/** What the build does: a word in the head of the page, and the compiler's own over it while it fails. */

import { elements } from './compiler.js';

export class Build {
  #word;
  #open;
  #overlay;
  #errors;

  /** `at(id)` finds the elements. */
  constructor(at) {
    [this.#word, this.#open, this.#overlay, this.#errors] = ['build', 'build-open', 'build-failed', 'build-errors'].map(at);
    at('build-hide').addEventListener('click', () => {
      this.#show(false);
      this.#open.focus();
    });
    this.#open.addEventListener('click', () => {
      this.#show(this.#overlay.hidden);
      if (!this.#overlay.hidden) this.#errors.focus();
    });
    addEventListener('keydown', ({ key, target }) => key === 'Escape' && !target.matches?.('.number, [role=slider]') && this.#show(false));
  }

  show(change) {
    const { status, ms } = change;
    const words = { building: 'Building…', ok: `Built in ${(ms / 1000).toFixed(1)} s`, failed: '' };
    this.#word.textContent = words[status] ?? '';
    this.#word.dataset.tone = status === 'building' ? 'busy' : 'quiet';
    this.#open.hidden = status !== 'failed';
    // While the next build runs, the errors of the last one stay: that is when they are being mended.
    if (status === 'building') return;
    this.#errors.replaceChildren(...(status === 'failed' ? elements(change) : []));
    this.#show(status === 'failed');
  }

  #show(shown) {
    this.#overlay.hidden = !shown;
    this.#open.ariaExpanded = String(shown);
  }
}
