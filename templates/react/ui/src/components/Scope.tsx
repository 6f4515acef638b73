import { useEffect, useRef } from 'react';
import { useScope, type ScopeFrame } from '../wavecraft';

/** The output's waveform, both sides over each other. */
export function Scope() {
  const frame = useScope();
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(frame);

  useEffect(() => {
    latest.current = frame;
    if (canvas.current) draw(canvas.current, frame);
  }, [frame]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const again = () => draw(element, latest.current);
    const sizes = new ResizeObserver(again);
    sizes.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', again);
    return () => {
      sizes.disconnect();
      scheme.removeEventListener('change', again);
    };
  }, []);

  const silent = frame === null || frame.no_signal;
  const ms = frame === null ? 0 : (1000 * frame.points_l.length) / frame.sample_rate;
  return (
    <section className="card scope" aria-label="Oscilloscope">
      <h2>
        Scope <small>{silent ? 'no signal' : `${ms.toFixed(0)} ms`}</small>
      </h2>
      <canvas ref={canvas} role="img" aria-label={silent ? 'No signal' : 'Waveform of the output'} />
    </section>
  );
}

function draw(canvas: HTMLCanvasElement, frame: ScopeFrame | null): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  const density = devicePixelRatio || 1;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  context.scale(density, density);

  const style = getComputedStyle(canvas);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const line = (points: ArrayLike<number>, stroke: string, lineWidth: number) => {
    context.beginPath();
    for (let index = 0; index < points.length; index++) {
      const x = (width * index) / Math.max(1, points.length - 1);
      // A little room above full scale, so that a clipped top is seen as one.
      const y = (height / 2) * (1 - 0.92 * (points[index] ?? 0));
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.strokeStyle = stroke;
    context.lineWidth = lineWidth;
    context.lineJoin = 'round';
    context.stroke();
  };

  for (const level of [-1, 0, 1]) line([level, level], color('--line'), 1);
  line(frame?.points_r ?? [0, 0], color('--scope-right'), 1.5);
  line(frame?.points_l ?? [0, 0], color('--scope-left'), 1.5);
}
