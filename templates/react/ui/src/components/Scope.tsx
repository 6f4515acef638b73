import { memo, useCallback } from 'react';
import { useHeard } from '../heard';
import { useClient, useScope, useScopeSpan } from '../wavecraft';
import { Picture, type Paper } from './Picture';

/** What there is to choose from, in ms. */
const SPANS = [10, 20, 50, 100, 200, 500];

/** The waveform of what is heard, both sides over each other. */
export function Scope() {
  const frame = useScope();
  const span = useScopeSpan();
  const heard = useHeard();
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
  // A server that doesn't know of spans sends what it always sent.
  const shown = frame === null ? span : (1000 * (frame.frames ?? frame.points_l.length)) / frame.sample_rate;
  return (
    <section className="card picture scope" aria-label="Oscilloscope">
      <h2>
        Scope <small>{silent ? 'no signal' : heard}</small>
        <Span ms={Math.round(shown)} />
      </h2>
      <Picture label={silent ? 'No signal' : `Waveform: ${heard || 'the output'}`} draw={draw} />
    </section>
  );
}

/** The choice of a span: by itself, so that it isn't made anew with every frame. */
const Span = memo(function Span({ ms }: { ms: number }) {
  const client = useClient();
  const spans = SPANS.includes(ms) ? SPANS : [...SPANS, ms].sort((a, b) => a - b);
  return (
    <select
      aria-label="Time across the scope"
      value={ms}
      onChange={(event) => client.setScopeSpan(Number(event.target.value))}
    >
      {spans.map((ms) => (
        <option key={ms} value={ms}>
          {ms} ms
        </option>
      ))}
    </select>
  );
});
