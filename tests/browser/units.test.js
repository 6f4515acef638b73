/** What the inspector computes, by itself: no browser, no companion. */

import './units/hold.js';
import './units/range.js';
import './units/scales.js';
import './units/sender.js';
import './units/sets.js';
import './units/trigger.js';
