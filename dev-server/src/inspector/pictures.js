/** The waveform and the spectrum of the output. */

/** The spectrum's range, in dB below a full-scale sine. */
const FLOOR_DB = -100;
/** The lowest frequency of the spectrum's axis, in Hz. */
const LOWEST_HZ = 40;

/** Draws both sides over each other, full scale a little inside of the picture's edges. */
export function drawScope(canvas, { points_l: left, points_r: right }) {
  const { context, width, height, color } = begin(canvas);
  const y = (level) => (height / 2) * (1 - 0.92 * level);
  for (const level of [-1, 0, 1]) line(context, [0, width], [y(level), y(level)], color('--line'));
  for (const [points, name] of [
    [right, '--right'],
    [left, '--left'],
  ]) {
    const x = points.map((_, index) => (width * index) / (points.length - 1));
    line(context, x, points.map(y), color(name));
  }
}

/** Draws the mean of both sides by a Hann window and a Fourier transform, on a logarithmic axis. */
export function drawSpectrum(canvas, { points_l: left, points_r: right, sample_rate: rate }) {
  const { context, width, height, color } = begin(canvas);
  const decibels = spectrum(left.map((value, index) => (value + right[index]) / 2));
  const span = Math.log(rate / 2 / LOWEST_HZ);
  const x = (hertz) => (width * Math.log(hertz / LOWEST_HZ)) / span;
  const y = (level) => (height * level) / FLOOR_DB;
  context.fillStyle = color('--quiet');
  for (const hertz of [100, 1000, 10_000].filter((hertz) => hertz < rate / 2)) {
    line(context, [x(hertz), x(hertz)], [0, height], color('--line'));
    context.fillText(hertz < 1000 ? `${hertz} Hz` : `${hertz / 1000} kHz`, x(hertz) + 3, height - 4);
  }
  for (let level = -20; level > FLOOR_DB; level -= 20) {
    line(context, [0, width], [y(level), y(level)], color('--line'));
    context.fillText(`−${-level} dB`, 3, y(level) - 3);
  }
  const bins = decibels.map((_, bin) => (bin * rate) / left.length);
  const shown = bins.findIndex((hertz) => hertz >= LOWEST_HZ);
  line(context, bins.slice(shown).map(x), decibels.slice(shown).map(y), color('--left'));
}

/** Levels of the bins 0 … n/2 − 1 of a power of two of samples, in dB; 0 dB is a full-scale sine in the bin's middle. */
export function spectrum(samples) {
  const count = samples.length;
  const re = samples.map((value, index) => value * (0.5 - 0.5 * Math.cos((2 * Math.PI * index) / count)));
  const im = new Array(count).fill(0);
  transform(re, im);
  // A sine's half of the energy is at the positive frequency, and the window's mean is 1/2.
  const scale = 4 / count;
  return re
    .slice(0, count / 2)
    .map((real, bin) => Math.max(FLOOR_DB, 20 * Math.log10(scale * Math.hypot(real, im[bin]) + 1e-12)));
}

/** The Fourier transform in place, radix 2 (Cooley and Tukey 1965). */
function transform(re, im) {
  const count = re.length;
  for (let index = 1, mirrored = 0; index < count; index++) {
    let bit = count >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (index < mirrored) {
      [re[index], re[mirrored]] = [re[mirrored], re[index]];
      [im[index], im[mirrored]] = [im[mirrored], im[index]];
    }
  }
  for (let size = 2; size <= count; size *= 2) {
    for (let start = 0; start < count; start += size) {
      for (let offset = 0; offset < size / 2; offset++) {
        const angle = (-2 * Math.PI * offset) / size;
        const [even, odd] = [start + offset, start + offset + size / 2];
        const real = re[odd] * Math.cos(angle) - im[odd] * Math.sin(angle);
        const imaginary = re[odd] * Math.sin(angle) + im[odd] * Math.cos(angle);
        [re[odd], im[odd]] = [re[even] - real, im[even] - imaginary];
        [re[even], im[even]] = [re[even] + real, im[even] + imaginary];
      }
    }
  }
}

function begin(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const context = canvas.getContext('2d');
  context.scale(devicePixelRatio, devicePixelRatio);
  context.font = '11px system-ui, sans-serif';
  const style = getComputedStyle(canvas);
  // A canvas doesn't know `light-dark()`; what a property computes to, it knows.
  const color = (name) => {
    canvas.style.color = `var(${name})`;
    return style.color;
  };
  return { context, width, height, color };
}

function line(context, x, y, stroke) {
  context.beginPath();
  x.forEach((at, index) => context.lineTo(at, y[index]));
  context.strokeStyle = stroke;
  context.lineJoin = 'round';
  context.stroke();
}
