import { useCallback, useRef, useState, type PointerEvent } from 'react';
import { clamp } from '../format';
import { useMeters, type Source } from '../wavecraft';
import { Picture, type Paper } from './Picture';

/** A movement of fewer pixels is a click. */
const CLICK = 4;

interface Props {
  source: Source;
  /** In frames. */
  length: number;
  onSeek(frame: number): void;
  onLoop(from: number, to: number): void;
}

/** A file's waveform. A click plays from there, a drag makes that part repeat, and the arrow keys move the playhead. */
export function Waveform({ source, length, onSeek, onLoop }: Props) {
  const box = useRef<HTMLDivElement>(null);
  /** What is being dragged over, as shares of the width. */
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const [from, to] = source.loop ?? [0, length];
  const share = drag
    ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) }
    : { from: from / length, to: to / length };

  const { min, max } = source.waveform ?? NOTHING;
  const draw = useCallback(
    ({ context, width, height, color }: Paper) => {
      const y = (sample: number) => (height / 2) * (1 - 0.94 * clamp(sample, -1, 1));
      context.fillStyle = color('--quiet');
      max.forEach((top, index) => {
        const [x, low] = [(width * index) / max.length, min[index] ?? 0];
        context.fillRect(x, y(top), width / max.length + 0.3, Math.max(1, y(low) - y(top)));
      });
    },
    [min, max],
  );

  const at = (event: PointerEvent) => {
    const { left, width } = box.current!.getBoundingClientRect();
    return clamp((event.clientX - left) / (width || 1), 0, 1);
  };
  const isClick = ({ from, to }: { from: number; to: number }) =>
    Math.abs(to - from) * box.current!.clientWidth < CLICK;
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || box.current?.closest('fieldset:disabled')) return;
    event.currentTarget.setPointerCapture?.(event.pointerId);
    setDrag({ from: at(event), to: at(event) });
  };
  const onPointerUp = (event: PointerEvent) => {
    if (drag === null) return;
    const done = { from: drag.from, to: at(event) };
    setDrag(null);
    if (isClick(done)) onSeek(Math.min(length - 1, done.from * length));
    else onLoop(Math.min(done.from, done.to) * length, Math.max(done.from, done.to) * length);
  };

  return (
    <div
      ref={box}
      className="waveform"
      title="Click: play from here. Drag: repeat this part."
      onPointerDown={onPointerDown}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: at(event) })}
      onPointerUp={onPointerUp}
      onPointerCancel={() => setDrag(null)}
    >
      <Picture label="Waveform of the file" draw={draw} />
      <div className="outside" style={{ left: 0, width: `${100 * share.from}%` }} />
      <div className="outside" style={{ right: 0, width: `${100 * (1 - share.to)}%` }} />
      <Playhead rate={source.sample_rate} length={length} onSeek={onSeek} />
    </div>
  );
}

const NOTHING = { min: [] as number[], max: [] as number[] };

/** Where the file is: by itself, so that its movement draws nothing else. */
function Playhead({ rate, length, onSeek }: { rate: number; length: number; onSeek(frame: number): void }) {
  const position = useMeters()?.position_frames ?? 0;
  const seconds = (frames: number) => (frames / rate).toFixed(1);
  return (
    <>
      <input
        type="range"
        aria-label="Position in the file"
        aria-valuetext={`${seconds(position)} s of ${seconds(length)} s`}
        min={0}
        max={length / rate}
        step={0.1}
        value={Number(seconds(position))}
        onChange={(event) => onSeek(Math.min(length - 1, event.target.valueAsNumber * rate))}
      />
      <div className="playhead" style={{ transform: `translateX(${(100 * position) / length}cqw)` }} />
    </>
  );
}
