/** What every picture is drawn on: a canvas, and the one loop that draws what changed. */

/** A canvas at the screen's own resolution, in the page's colours. */
export class Surface {
  /** Its size in the page's pixels. */
  width = 0;
  height = 0;
  /** Where is drawn: the canvas's own, or the still layer's. */
  context;
  #canvas;
  #painter;
  #draw;
  #colors = new Map();
  #front;
  /** What only changes with the size, the colours or its own key: drawn once, and then copied. */
  #still = null;
  #key = '';

  /** `draw(surface)` is called by `painter` when `request` was, and when the canvas or the colours changed. */
  constructor(canvas, painter, draw) {
    this.#canvas = canvas;
    this.#painter = painter;
    this.#draw = draw;
    // Nothing shines through: a browser need not blend it.
    this.#front = this.context = canvas.getContext('2d', { alpha: false });
    new ResizeObserver(([{ contentRect }]) => {
      [this.width, this.height] = [contentRect.width, contentRect.height];
      this.request();
    }).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#colors.clear();
      this.#key = '';
      this.request();
    });
  }

  request() {
    this.#painter.request(this.#paint);
  }

  /** Puts what `draw` draws below the rest. It is called again when `key` is another, or the size, or the colours. */
  still(key, draw) {
    const { width, height } = this.#canvas;
    const whole = `${key} ${width} ${height} ${devicePixelRatio}`;
    if (whole !== this.#key) {
      this.#key = whole;
      this.#still ??= document.createElement('canvas').getContext('2d', { alpha: false });
      this.context = this.#still;
      Object.assign(this.#still.canvas, { width, height });
      this.#begin();
      draw();
      this.context = this.#front;
    }
    this.#front.setTransform(1, 0, 0, 1, 0, 0);
    this.#front.drawImage(this.#still.canvas, 0, 0);
    this.#front.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
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
    context.lineJoin = 'bevel';
    context.stroke();
  }

  /** A thin line across, or down. */
  rule([fromX, fromY], [toX, toY], color = '--line') {
    const { context } = this;
    context.fillStyle = this.color(color);
    const across = fromY === toY;
    context.fillRect(Math.round(fromX), Math.round(fromY - 0.5), across ? toX - fromX : 1, across ? 1 : toY - fromY);
  }

  text(text, x, y, align = 'left') {
    this.context.fillStyle = this.color('--quiet');
    this.context.textAlign = align;
    this.context.fillText(text, x, y);
  }

  #paint = () => {
    const density = devicePixelRatio;
    const [width, height] = [Math.round(this.width * density), Math.round(this.height * density)];
    if (width === 0 || height === 0) return;
    // Setting a size clears the canvas and its state, even to the one it has.
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      Object.assign(this.#canvas, { width, height });
      this.#key = '';
    }
    this.#begin();
    this.#draw(this);
  };

  #begin() {
    const { context } = this;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.fillStyle = this.color('--sunken');
    // What is copied over everything needs no ground. A broken pixel at the edges is rounded up to a whole one.
    if (this.#key === '' || context === this.#still || this.#still === null) context.fillRect(0, 0, Math.ceil(this.width) + 1, Math.ceil(this.height) + 1);
    context.font = '11px system-ui, sans-serif';
  }
}

/** Frames come no faster than pictures, in ms: each costs a browser without a graphics card more than what is drawn in it. */
const PACE_MS = 25;

/** One loop for everything that moves: in a frame of the screen, together, and only what changed. */
export class Painter {
  #due = new Set();
  #waits = false;
  #last = -Infinity;

  /** Runs `draw` in a coming frame, once, however often it is asked for before. A hidden page has no frames. */
  request(draw) {
    this.#due.add(draw);
    if (this.#waits) return;
    this.#waits = true;
    const pause = this.#last + PACE_MS - performance.now();
    if (pause > 0) setTimeout(this.#frame, pause);
    else this.#frame();
  }

  #frame = () => requestAnimationFrame(this.#paint);

  #paint = () => {
    this.#waits = false;
    this.#last = performance.now();
    const due = [...this.#due];
    this.#due.clear();
    for (const draw of due) draw();
  };
}
