/** A control for each kind of parameter, and where a value lies on it and how it is written. */

import { clamp, number } from './scales.js';

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

/** Where the control of a parameter stands for `value`, from 0 to 1. */
export const positionOf = ({ min, max, skew = 1 }, value) =>
  clamp((value - min) / (max - min || 1), 0, 1) ** (1 / skew);

/** The value for a position of the control. */
export const valueAt = ({ min, max, skew = 1 }, position) => clamp(min + (max - min) * position ** skew, min, max);

/** A value with as many decimals as its size, and that of its range, ask for; without its unit. */
export function written({ min, max, step }, value) {
  if (step >= 1) return number(value, 0);
  return number(value, Math.abs(value) >= 1000 ? 0 : max - min < 10 ? 3 : max - min < 100 ? 2 : 1);
}

/** What somebody typed, with a comma or a point, moved into the range; `null` where it is no number. */
export function typed({ min, max }, text) {
  const value = Number(text.trim().replace('−', '-').replace(',', '.'));
  return text.trim() === '' || !Number.isFinite(value) ? null : clamp(value, min, max);
}
