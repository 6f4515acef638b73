/** A pretended session of the lab, over documents that the companion has written of a real project. `after` is `before` with an
 * asymmetric curve and a lower filter; `driven` is `after` with more drive and as a band pass; `dead` is a program that ended. */

import { readFileSync } from 'node:fs';

const read = (name) => JSON.parse(readFileSync(new URL(`./documents/${name}.json`, import.meta.url), 'utf8'));

/** Only what is measured after each build. */
const STANDARD = ['version', 'subject', 'plan', 'idle', 'latency', 'swept', 'distortion', 'cost', 'against', 'trouble'];
const standard = (document) => ({
  ...Object.fromEntries(Object.entries(document).filter(([name]) => STANDARD.includes(name))),
  cost: document.cost.slice(0, 1),
  plan: { ...document.plan, depth: 'standard' },
});

export const full = { before: read('before'), after: read('after') };
export const documents = { before: standard(full.before), after: standard(full.after), driven: read('driven'), dead: read('dead') };

/** Three builds: the first is no longer kept, the second was measured, and so was the third, which is heard. */
export const state = () => ({
  measures: true,
  builds: [
    { number: 1, made_ms: Date.UTC(2026, 10, 28, 13, 2, 11), files: [], more_files: 0, heard: false, kept: false, revision: 1 },
    {
      number: 2, made_ms: Date.UTC(2026, 10, 28, 13, 4, 9), files: ['engine/src/saturator.rs'], more_files: 0, heard: false, kept: true, revision: 1,
      changes: 'sounds the same: null −∞ dB', same: true,
    },
    {
      number: 3, made_ms: Date.UTC(2026, 10, 28, 13, 5, 42), files: ['engine/src/curve.rs', 'engine/src/saturator.rs'], more_files: 2, heard: true, kept: true,
      revision: 1, changes: '−2.6 dB at 10 kHz, THD at 100 Hz 0.29 % → 0.92 %, null −16.2 dB', same: false,
    },
  ],
});

/** Nothing was compared yet. */
export const none = { hear: 'after', state: 'none', after: 3, builds: [2], matched: false };

/** The older one is heard, matched. */
export const on = {
  hear: 'before', state: 'on', after: 3, before: 2, builds: [2], matched: true, match_db: -0.6,
  difference: { level_db: -38.4, null_db: -16.2 }, cost: { load: 0.012, memory_bytes: 25_165_824 },
};

/** What the server of such a session answers. */
export const answers = () => {
  const by = { 1: documents.before, 2: documents.before, 3: documents.after };
  return {
    getLab: state(), getComparison: none,
    getMeasurement: ({ number }) => ({ document: by[number] ?? null }),
    measureBuild: {}, setMeasuring: {}, setComparison: {}, endComparison: {},
    startAbx: {}, hearAbx: {}, answerAbx: {}, endAbx: {},
  };
};
