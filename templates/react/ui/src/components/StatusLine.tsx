import { SOURCES } from '../format';
import { useAudioStatus, useStats } from '../wavecraft';

/** Where the sound comes from, how long it takes, and how much of a block's time the processor takes. */
export function StatusLine() {
  const stats = useStats();
  const phase = useAudioStatus()?.phase;
  if (stats === null) {
    return <footer className="status">{phase === 'disabled' && 'No audio: these levels are synthetic.'}</footer>;
  }
  const { devices, drift, latency } = stats;
  const frames = Object.values(latency).reduce((sum, part) => sum + part, 0);
  const ms = devices.sample_rate > 0 ? (1000 * frames) / devices.sample_rate : 0;
  const late = Object.values(stats.late_blocks).reduce((sum, part) => sum + part, 0);
  const load = stats.processor_load.average;
  const output = devices.output ?? (devices.backend === 'virtual' ? 'no device' : 'no output');
  return (
    <footer className="status">
      <Item name="Source" value={SOURCES[stats.source]} />
      <Item name="Output" value={stats.muted ? `${output}, muted` : output} />
      <Item name="Rate" value={`${devices.sample_rate / 1000} kHz / ${devices.buffer_frames}`} />
      <Item name="Latency" value={`${ms.toFixed(1)} ms`} />
      {drift && <Item name="Clocks" value={`${drift.ppm.toFixed(1)} ppm / ${drift.buffer_frames}`} />}
      <Item name="Load" value={`${(100 * load).toFixed(0)} %`} warn={load > 0.8} />
      <Item name="Late blocks" value={String(late)} />
      {stats.xruns > 0 && <Item name="Xruns" value={String(stats.xruns)} />}
    </footer>
  );
}

function Item({ name, value, warn = false }: { name: string; value: string; warn?: boolean }) {
  return (
    <span className="item" data-warn={warn}>
      <span className="name">{name}</span> {value}
    </span>
  );
}
