import { useCallback } from 'react';
import { useScope } from '../wavecraft';
import { Picture, type Paper } from './Picture';

/** The output's waveform, both sides over each other. */
export function Scope() {
  const frame = useScope();
  const draw = useCallback(
    ({ width, height, line }: Paper) => {
      // A little room above full scale, so that a clipped top is seen as one.
      const y = (sample: number) => (height / 2) * (1 - 0.92 * sample);
      for (const level of [-1, 0, 1]) line(2, (index) => index * width, () => y(level), '--line');
      const wave = (points: readonly number[], color: string) => {
        const x = (index: number) => (width * index) / Math.max(1, points.length - 1);
        line(points.length, x, (index) => y(points[index] ?? 0), color, 1.5);
      };
      wave(frame?.points_r ?? [0, 0], '--scope-right');
      wave(frame?.points_l ?? [0, 0], '--scope-left');
    },
    [frame],
  );

  const silent = frame === null || frame.no_signal;
  const ms = frame === null ? 0 : (1000 * frame.points_l.length) / frame.sample_rate;
  return (
    <section className="card picture scope" aria-label="Oscilloscope">
      <h2>
        Scope <small>{silent ? 'no signal' : `${ms.toFixed(0)} ms`}</small>
      </h2>
      <Picture label={silent ? 'No signal' : 'Waveform of the output'} draw={draw} />
    </section>
  );
}
