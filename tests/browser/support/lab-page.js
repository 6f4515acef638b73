/** The inspector's lab over a pretended server, opened by its tab. */

import { alone, inspector } from './alone.js';
import { answers } from './lab.js';

/** A page that shows the lab, of a session that answers so, with `more` in place of some answers. */
export async function labPage({ more = {}, ...options } = {}) {
  const opened = await inspector({ timezoneId: 'UTC', ...options });
  Object.assign(alone.server.answers, answers(), more);
  await opened.page.getByRole('tab', { name: 'Lab' }).click();
  return opened;
}
