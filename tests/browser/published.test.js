/**
 * A project as the published command lays it out, with a page whose client is packed and knows one address alone: nothing of it
 * is edited, and it connects.
 */

import './published/owner.js';
import './published/policy.js';
import './published/versions.js';
import './published/packages.js';
