/** A control for each kind of parameter. Each gives its elements and the way to show a value, and calls `set` when moved. */

import { positionOf, typed, valueAt, written } from './range.js';

/** Positions of a slider without steps: finer than a screen. */
const POSITIONS = 1000;

/** The control that fits a parameter's kind, with `id` for its label. */
export function control(parameter, id, set) {
  const kind = { bool: toggle, enum: choice }[parameter.type] ?? slider;
  return kind(parameter, id, set);
}

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function toggle(_, id, set) {
  const box = element('input', { type: 'checkbox', id, role: 'switch' });
  box.addEventListener('change', () => set(box.checked ? 1 : 0));
  return { elements: [box], show: (value) => (box.checked = value >= 0.5) };
}

function choice({ variants = [] }, id, set) {
  const select = element('select', { id });
  select.append(...variants.map((name, index) => new Option(name, index)));
  select.addEventListener('change', () => set(Number(select.value)));
  return { elements: [select], show: (value) => (select.value = Math.round(value)) };
}

function slider(parameter, id, set) {
  const { name, unit = '', min, max, step } = parameter;
  const last = step === undefined ? POSITIONS : Math.round((max - min) / step);
  const range = element('input', { type: 'range', id, min: 0, max: last });
  const field = element('input', { type: 'text', inputMode: 'decimal', className: 'number' });
  field.ariaLabel = unit ? `${name} in ${unit}` : `${name}, number`;
  const standard = `${written(parameter, parameter.default)} ${unit}`.trim();
  range.title = `Double-click or Delete: ${standard}`;
  range.setAttribute('aria-keyshortcuts', 'Delete');
  let now = parameter.default;

  const show = (value) => {
    now = value;
    const position = positionOf(parameter, value);
    range.value = Math.round(last * position);
    range.style.setProperty('--position', position);
    range.ariaValueText = `${written(parameter, value)} ${unit}`.trim();
    if (document.activeElement !== field) field.value = written(parameter, value);
  };
  const reset = () => set(parameter.default);
  range.addEventListener('input', () => set(valueAt(parameter, range.value / last)));
  range.addEventListener('dblclick', reset);
  range.addEventListener('keydown', ({ key }) => key === 'Delete' && reset());

  // What is typed counts from Enter on, or when the field is left; Escape takes it back.
  const restore = () => (field.value = written(parameter, now));
  const commit = () => {
    const value = field.value === written(parameter, now) ? null : typed(parameter, field.value);
    if (value !== null) set(value);
    restore();
  };
  field.addEventListener('focus', () => field.select());
  field.addEventListener('blur', commit);
  field.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') commit();
    if (key === 'Escape') restore();
  });
  return { elements: [range, field, element('span', { className: 'unit', textContent: unit })], show };
}
