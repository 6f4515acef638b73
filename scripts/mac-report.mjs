// The events of `wavecraft start --json`, and what `wavecraft status --json` said meanwhile → one row of the report's
// table.
//   node scripts/mac-report.mjs FRAMES LOAD EVENTS STATUS, or --heading for the rows above

import { readFileSync } from 'node:fs';

const columns = [
  'frames', 'load', 'in use', 'latency', 'its spread', 'blocks', 'late', 'xruns', 'audio thread', 'its worst',
  'processor', 'wake',
];
const row = (cells) => `| ${cells.join(' | ')} |`;
if (process.argv[2] === '--heading') {
  console.log(`${row(columns)}\n${row(columns.map(() => '---'))}`);
  process.exit();
}

const [, , frames, load, eventsFile, statusFile] = process.argv;
const lines = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const events = lines(eventsFile);
const named = (name) => events.filter(({ event }) => event === name);

const [ready] = named('ready');
const stats = named('stats');
if (!ready || stats.length === 0) {
  const reason = named('error').at(-1)?.message ?? 'it ended before it was heard';
  console.log(row([frames, load, `not measured: ${reason.split('\n')[0]}`, ...Array(columns.length - 3).fill('')]));
  process.exit();
}

// What is counted is counted from the start of the session; the rest is of the last moments before each event.
const last = stats.at(-1);
const devices = named('devices').at(-1) ?? ready.devices;
const all = (value) => stats.map(value).filter(Number.isFinite);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
const most = (values) => Math.max(0, ...values);
const percent = (value) => `${(value * 100).toFixed(2)} %`;
const counted = (count) => `${count} (${percent(count / Math.max(last.blocks, 1))})`;
// Each part of a session's latency, in frames.
const sessions = lines(statusFile).flatMap((status) => status?.sessions ?? []);
const latencies = sessions
  .filter(({ session, stats: figures }) => session === ready.session && figures?.latency)
  .map(({ stats: figures }) => Object.values(figures.latency).reduce((sum, part) => sum + part, 0))
  .map((latency) => (latency * 1000) / devices.sample_rate);
const spread = latencies.length > 0 ? `${(most(latencies) - Math.min(...latencies)).toFixed(1)} ms` : 'not seen';

console.log(row([
  frames,
  load,
  `${devices.buffer_frames} at ${devices.sample_rate} Hz, ${devices.backend}, ${last.mode}`,
  `${ready.latency_ms.toFixed(1)} ms`,
  spread,
  last.blocks,
  counted(last.late_blocks),
  counted(last.xruns),
  percent(mean(all(({ load }) => load))),
  percent(most(all(({ load_max: max }) => max))),
  percent(mean(all(({ processor_load: processor }) => processor?.average))),
  `${mean(all(({ wake_us: us }) => us)).toFixed(0)} µs`,
]));
