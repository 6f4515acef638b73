/** What the processor says, and what the companion says of it. */

/** Lines that are kept. */
const LINES = 500;

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
