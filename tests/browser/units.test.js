/** What the inspector computes, by itself: no browser, no companion. */

import './units/compiler.js';
import './units/hold.js';
import './units/lab.js';
import './units/link.js';
import './units/minute.js';
import './units/probes.js';
import './units/scales.js';
import './units/sender.js';
import './units/stretch.js';
import './units/values.js';
