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

/** The slider that reads a picture's values. */
export const reader = (page, name) => page.getByRole('region', { name, exact: true }).getByRole('slider');

/** What it says at the place that is read. */
export const read = (page, name) => reader(page, name).getAttribute('aria-valuetext');
