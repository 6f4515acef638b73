import { memo, useState } from 'react';
import { clamp, formatNumber, toDecibels } from '../format';
import { useHeard } from '../heard';
import { useMeters, useStats } from '../wavecraft';
import { holdPeak, markAt, NO_HOLD } from './peakHold';

/** The bottom of the scale, in dBFS. */
const FLOOR = -60;
const SCALE = [-48, -36, -24, -12, -6, 0];
/** The top of the scale: room to show that full scale was passed. */
const CEILING = 3;

const position = (decibels: number) => clamp((decibels - FLOOR) / (CEILING - FLOOR), 0, 1);

/** The level of what is heard: the bar is the peak, its bright part the RMS, the line the held peak. */
export function Meters() {
  const frame = useMeters();
  const now = frame === null ? null : frame.timestamp_us / 1000;
  return (
    <section className="card meters" aria-label="Output level">
      <Heading />
      <Meter side="L" name="Left" peak={frame?.left_peak ?? 0} rms={frame?.left_rms ?? 0} now={now} />
      <Meter side="R" name="Right" peak={frame?.right_peak ?? 0} rms={frame?.right_rms ?? 0} now={now} />
      <Scale />
    </section>
  );
}

/** By itself, as it changes less often than the level. */
const Heading = memo(function Heading() {
  const heard = useHeard();
  const limiting = useStats()?.guard.limiting ?? false;
  return (
    <h2>
      Level
      <span className="badge" data-on={limiting} title="The limiter holds the output under −1 dBFS">
        Limiter
      </span>
      <small>{heard}</small>
    </h2>
  );
});

const Scale = memo(function Scale() {
  return (
    <div className="scale" aria-hidden="true">
      {SCALE.map((decibels) => (
        <span key={decibels} style={{ left: `${position(decibels) * 100}%` }}>
          {String(decibels).replace('-', '−')}
        </span>
      ))}
    </div>
  );
});

interface MeterProps {
  side: string;
  name: string;
  peak: number;
  rms: number;
  /** When that was, in ms on the server's clock; `null` while nothing is measured. */
  now: number | null;
}

function Meter({ side, name, peak, rms, now }: MeterProps) {
  const [held, setHeld] = useState(NO_HOLD);
  const level = toDecibels(peak);
  const hold = now === null ? NO_HOLD : holdPeak(held, level, now);
  if (hold !== held) setHeld(hold);
  const mark = markAt(hold, now ?? 0);
  const text = mark < FLOOR ? '−∞' : formatNumber(mark);

  return (
    <div className="meter">
      <span aria-hidden="true">{side}</span>
      <div
        className="bar"
        role="meter"
        aria-label={`${name} peak`}
        aria-valuemin={FLOOR}
        aria-valuemax={CEILING}
        aria-valuenow={clamp(Math.round(level), FLOOR, CEILING)}
        aria-valuetext={level < FLOOR ? 'silent' : `${formatNumber(level)} dBFS`}
      >
        <div className="peak" style={{ clipPath: `inset(0 ${100 - position(level) * 100}% 0 0)` }} />
        <div className="rms" style={{ clipPath: `inset(0 ${100 - position(toDecibels(rms)) * 100}% 0 0)` }} />
        {mark >= FLOOR && (
          <div className="mark" data-over={mark > 0} style={{ left: `${position(mark) * 100}%` }} />
        )}
      </div>
      <output aria-hidden="true" data-over={mark > 0}>
        {text}
      </output>
    </div>
  );
}
