/** One loop for everything that is drawn: in a frame of the screen, once, and only what changed. */

export class Painter {
  #due = new Set();
  #waits = false;

  /** Runs `draw` in the next frame, once, however often it is asked for before. A hidden page has no frames. */
  request(draw) {
    this.#due.add(draw);
    if (this.#waits) return;
    this.#waits = true;
    requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#waits = false;
    const due = [...this.#due];
    this.#due.clear();
    for (const draw of due) draw();
  }
}
