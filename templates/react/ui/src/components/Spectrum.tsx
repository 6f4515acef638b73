import { useCallback } from 'react';
import { clamp, formatNumber } from '../format';
import { useSpectrum } from '../wavecraft';
import { Picture, type Paper } from './Picture';

/** The axis, in dB; 0 is a full-scale sine on both sides. */
const FLOOR = -100;
const CEILING = 6;
const LINES_HZ = [100, 1000, 10_000];
const LINES_DB = [0, -20, -40, -60, -80];

/** The output by frequency. */
export function Spectrum() {
  const frame = useSpectrum();
  const draw = useCallback(
    ({ context, width, height, color, line }: Paper) => {
      const { levels_db: levels, low_hz: low, high_hz: high } = frame ?? NOTHING;
      const y = (level: number) => height * (1 - clamp((level - FLOOR) / (CEILING - FLOOR), 0, 1));
      context.fillStyle = color('--quiet');
      for (const level of LINES_DB) {
        line(2, (index) => index * width, () => y(level), '--line');
        context.fillText(String(level).replace('-', '−'), 4, y(level) + 12);
      }
      for (const hertz of LINES_HZ) {
        const x = (width * Math.log(hertz / low)) / Math.log(high / low);
        line(2, () => x, (index) => index * height, '--line');
        context.fillText(hertz < 1000 ? `${hertz} Hz` : `${hertz / 1000} kHz`, x + 3, height - 4);
      }
      const x = (index: number) => (width * index) / (levels.length - 1);
      line(levels.length, x, (index) => y(levels[index] ?? FLOOR), '--scope-left', 1.5);
    },
    [frame],
  );

  const note = loudest(frame ?? NOTHING);
  return (
    <section className="card picture" aria-label="Spectrum">
      <h2>
        Spectrum <small>{note}</small>
      </h2>
      <Picture label={`Spectrum of the output, ${note}`} draw={draw} />
    </section>
  );
}

const NOTHING = { levels_db: [] as number[], low_hz: 20, high_hz: 20_000 };

/** Where the output is loudest, in words. */
function loudest({ levels_db: levels, low_hz: low, high_hz: high }: typeof NOTHING): string {
  const level = Math.max(...levels);
  if (!(level > FLOOR)) return 'no signal';
  const hertz = low * (high / low) ** (levels.indexOf(level) / (levels.length - 1));
  return `loudest at ${hertz < 1000 ? `${hertz.toFixed(0)} Hz` : `${formatNumber(hertz / 1000)} kHz`}`;
}
