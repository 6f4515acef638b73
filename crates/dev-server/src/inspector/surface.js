/** What every picture is drawn on: a canvas, and the one loop that draws what changed. */

/** A canvas at the screen's own resolution, in the page's colours. */
export class Surface {
  /** Its size in the page's pixels. */
  width = 0;
  height = 0;
  context;
  #canvas;
  #painter;
  #draw;
  #colors = new Map();

  /** `draw(surface)` is called by `painter` when `request` was, and when the canvas or the colours changed. */
  constructor(canvas, painter, draw) {
    this.#canvas = canvas;
    this.#painter = painter;
    this.#draw = draw;
    this.context = canvas.getContext('2d');
    new ResizeObserver(() => this.request()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#colors.clear();
      this.request();
    });
  }

  request() {
    this.#painter.request(this.#paint);
  }

  /** A colour of the style sheet, by the name of its property. */
  color(name) {
    if (!this.#colors.has(name)) {
      this.#colors.set(name, getComputedStyle(this.#canvas).getPropertyValue(name).trim());
    }
    return this.#colors.get(name);
  }

  /** A line through points in the page's pixels; `y(index)` and `x(index)` give them. */
  line(count, x, y, color, width = 1) {
    const { context } = this;
    context.beginPath();
    for (let index = 0; index < count; index++) context.lineTo(x(index), y(index));
    context.strokeStyle = this.color(color);
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.stroke();
  }

  /** A thin line across, or down, with its label below. */
  rule(from, to, label = '', color = '--line') {
    this.line(2, (index) => (index ? to[0] : from[0]), (index) => (index ? to[1] : from[1]), color);
    if (label) this.text(label, from[0] + 4, from[1] + 12);
  }

  text(text, x, y) {
    this.context.fillStyle = this.color('--quiet');
    this.context.fillText(text, x, y);
  }

  #paint = () => {
    const { clientWidth, clientHeight } = this.#canvas;
    const density = devicePixelRatio;
    const [width, height] = [Math.round(clientWidth * density), Math.round(clientHeight * density)];
    // Setting a size clears the canvas and its state, even to the one it has.
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      Object.assign(this.#canvas, { width, height });
    }
    [this.width, this.height] = [clientWidth, clientHeight];
    this.context.setTransform(density, 0, 0, density, 0, 0);
    this.context.clearRect(0, 0, clientWidth, clientHeight);
    this.context.font = '11px system-ui, sans-serif';
    this.#draw(this);
  };
}

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
