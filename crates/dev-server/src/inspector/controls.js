/** A control for each kind of parameter, and where a value lies on it. */

import { Field } from './field.js';
import { gestures } from './gestures.js';
import { clamp } from './scales.js';
import { withUnit } from './values.js';

/** Positions of a slider without steps: finer than a screen. */
const POSITIONS = 1000;

/** The control that fits a parameter's kind, with `id` for its label. */
export function control(parameter, id, set) {
  const kind = isSwitch(parameter) ? toggle : parameter.type === 'enum' ? choice : slider;
  return { kind: kind.name, ...kind(parameter, id, set) };
}

/** Is there nothing to choose but on or off? */
export function isSwitch({ type, variants = [] }) {
  return type === 'bool' || (type === 'enum' && variants.join('/').toLowerCase() === 'off/on');
}

export function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function toggle(_, id, set) {
  const box = element('input', { type: 'checkbox', id, role: 'switch' });
  box.addEventListener('change', () => gestures.alone(() => set(box.checked ? 1 : 0)));
  return { elements: [box], show: (value) => (box.checked = value >= 0.5) };
}

function choice({ variants = [] }, id, set) {
  const select = element('select', { id });
  select.append(...variants.map((name, index) => new Option(name, index)));
  select.addEventListener('change', () => set(Number(select.value)));
  return { elements: [select], show: (value) => (select.value = Math.round(value)) };
}

function slider(parameter, id, set) {
  const { unit = '', min, max, step } = parameter;
  const last = step === undefined ? POSITIONS : Math.round((max - min) / step);
  const range = element('input', { type: 'range', id, min: 0, max: last });
  range.title = `Double-click or Delete: ${withUnit(parameter, parameter.default)}`;
  range.setAttribute('aria-keyshortcuts', 'Delete');
  const field = new Field(parameter, `${id}-said`, set);

  const show = (value) => {
    const position = positionOf(parameter, value);
    range.value = Math.round(last * position);
    range.style.setProperty('--position', position);
    range.ariaValueText = withUnit(parameter, value);
    field.show(value);
  };
  const reset = () => set(parameter.default);
  range.addEventListener('input', () => set(valueAt(parameter, range.value / last)));
  range.addEventListener('dblclick', reset);
  range.addEventListener('keydown', ({ key }) => key === 'Delete' && reset());
  const behind = element('span', { className: 'unit', textContent: unit, title: unit });
  return { elements: [range, field.input, behind, field.said], show };
}

/** Where the control of a parameter stands for `value`, from 0 to 1. */
export const positionOf = ({ min, max, skew = 1 }, value) =>
  clamp((value - min) / (max - min || 1), 0, 1) ** (1 / skew);

/** The value for a position of the control. */
export const valueAt = ({ min, max, skew = 1 }, position) => clamp(min + (max - min) * position ** skew, min, max);
