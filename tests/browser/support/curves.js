/** The lab's curves, as they are read by keys and by a screen reader. */

/** The slider that reads a picture's values. */
export const reader = (page, name) => page.getByRole('region', { name, exact: true }).getByRole('slider');

/** What it says at the place that is read. */
export const read = (page, name) => reader(page, name).getAttribute('aria-valuetext');
