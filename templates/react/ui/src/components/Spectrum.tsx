import { useCallback } from 'react';
import { clamp, formatNumber } from '../format';
import { useHeard } from '../heard';
import { useSpectrum, type SpectrumFrame } from '../wavecraft';
import { Picture, type Paper } from './Picture';

/** The axis, in dB; 0 is a full-scale sine on both sides. */
const FLOOR = -100;
const CEILING = 6;
const LINES_HZ = [100, 1000, 10_000];
const LINES_DB = [0, -20, -40, -60, -80];
/** Room for the axes' numbers beside the curve and below it, in pixels. */
const LEFT = 30;
const BELOW = 18;

/** What is heard, by frequency. */
export function Spectrum() {
  const frame = useSpectrum();
  const heard = useHeard();
  const draw = useCallback(
    ({ context, width, height, color, line }: Paper) => {
      const { levels_db: levels, low_hz: low, high_hz: high } = frame ?? NOTHING;
      const [right, bottom] = [width - 6, height - BELOW];
      const y = (level: number) => bottom * (1 - clamp((level - FLOOR) / (CEILING - FLOOR), 0, 1));
      context.fillStyle = color('--quiet');
      context.textAlign = 'right';
      for (const level of LINES_DB) {
        line(2, (index) => (index ? right : LEFT), () => y(level), '--line');
        context.fillText(String(level).replace('-', '−'), LEFT - 5, y(level) + 4);
      }
      context.textAlign = 'center';
      for (const hertz of LINES_HZ) {
        const x = LEFT + ((right - LEFT) * Math.log(hertz / low)) / Math.log(high / low);
        line(2, () => x, (index) => index * bottom, '--line');
        context.fillText(hertz < 1000 ? `${hertz} Hz` : `${hertz / 1000} kHz`, x, height - 5);
      }
      const x = (index: number) => LEFT + ((right - LEFT) * index) / (levels.length - 1);
      line(levels.length, x, (index) => y(levels[index] ?? FLOOR), '--scope-left', 1.5);
    },
    [frame],
  );

  const note = loudest(frame);
  return (
    <section className="card picture" aria-label="Spectrum">
      <h2>
        Spectrum <small>{[heard, note].filter(Boolean).join(' · ')}</small>
      </h2>
      <Picture label={`Spectrum of the output, ${note}`} draw={draw} />
    </section>
  );
}

const NOTHING = { levels_db: [] as number[], low_hz: 20, high_hz: 20_000 };

/** Where it is loudest, in words. */
function loudest(frame: SpectrumFrame | null): string {
  if (frame?.peak) {
    const { hz } = frame.peak;
    return `loudest at ${hz < 1000 ? `${formatNumber(hz)} Hz` : `${(hz / 1000).toFixed(2)} kHz`}`;
  }
  return frame?.levels_db.some((level) => level > FLOOR) ? '' : 'no signal';
}
