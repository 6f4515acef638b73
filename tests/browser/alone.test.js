/** The inspector in Chromium over a server that pretends to be a project's: what no real one says when a test wants it. */

import './alone/steady.js';
import './alone/fields.js';
import './alone/chain.js';
import './alone/history.js';
import './alone/presets.js';
import './alone/probes.js';
import './alone/realtime.js';
import './alone/signal.js';
import './alone/strip.js';
import './alone/transport.js';
import './alone/lab.js';
import './alone/comparison.js';
import './alone/failed.js';
import './alone/orphan.js';
