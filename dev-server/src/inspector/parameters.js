/** A control for each parameter, whatever the project's own page shows. */

/** Positions of a slider without steps: finer than a screen. */
const POSITIONS = 1000;

export class Parameters {
  #place;
  #set;
  #shown = new Map();

  /** `set(id, value)` is called when a person moves one. */
  constructor(place, set) {
    this.#place = place;
    this.#set = set;
  }

  /** Shows these, in place of those from before. */
  list(parameters) {
    this.#shown.clear();
    const rows = parameters.map((parameter) => this.#row(parameter));
    this.#place.replaceChildren(...(rows.length > 0 ? rows : ['The processor has none.']));
  }

  /** Shows the value that a parameter has now. */
  show(id, value) {
    this.#shown.get(id)?.(value);
  }

  #row(parameter) {
    const row = document.createElement('div');
    row.className = 'parameter';
    const label = document.createElement('label');
    const output = document.createElement('output');
    const control = controls[parameter.type]?.(parameter) ?? slider(parameter);
    control.element.id = `parameter-${parameter.id}`;
    label.htmlFor = output.htmlFor = control.element.id;
    label.textContent = parameter.name;
    label.title = parameter.id;
    const show = (value) => {
      control.show(value);
      output.textContent = control.text(value);
    };
    control.element.addEventListener('input', () => {
      const value = control.value();
      output.textContent = control.text(value);
      this.#set(parameter.id, value);
    });
    show(parameter.value);
    this.#shown.set(parameter.id, show);
    row.append(label, output, control.element);
    return row;
  }
}

const controls = {
  bool() {
    const element = document.createElement('input');
    element.type = 'checkbox';
    return {
      element,
      value: () => (element.checked ? 1 : 0),
      show: (value) => (element.checked = value >= 0.5),
      text: (value) => (value >= 0.5 ? 'on' : 'off'),
    };
  },
  enum({ variants = [] }) {
    const element = document.createElement('select');
    element.append(...variants.map((name, index) => new Option(name, index)));
    return {
      element,
      value: () => Number(element.value),
      show: (value) => (element.value = Math.round(value)),
      text: () => '',
    };
  },
};

function slider({ min, max, step, skew = 1, unit }) {
  const element = document.createElement('input');
  element.type = 'range';
  element.min = 0;
  element.max = step === undefined ? POSITIONS : Math.round((max - min) / step);
  const last = Number(element.max);
  const digits = max - min >= 100 ? 1 : 2;
  return {
    element,
    value: () => Math.min(max, min + (max - min) * (element.value / last) ** skew),
    show: (value) => (element.value = Math.round(last * ((value - min) / (max - min)) ** (1 / skew))),
    text: (value) => `${value.toFixed(step >= 1 ? 0 : digits).replace('-', '−')}${unit ? ` ${unit}` : ''}`,
  };
}
