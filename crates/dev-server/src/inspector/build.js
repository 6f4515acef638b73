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
