/** The whole of it in a browser: a created project, the real command and companion, Vite, Chromium. In this order. */

import './parts/connection.js';
import './parts/sliders.js';
import './parts/history.js';
import './parts/presets.js';
import './parts/transport.js';
import './parts/replacement.js';
import './parts/overlay.js';
import './parts/respawn.js';
import './parts/strangers.js';
import './parts/inspector.js';
import './parts/lab.js';
import './parts/origins.js';
import './parts/hour.js';
import './parts/access.js';
import './parts/preview.js';
import './parts/plugin.js';
import './parts/end.js';
