/** Two sets of parameters to compare: one is heard, the other is kept. */

export class Sets {
  /** The one that is heard: `A` or `B`. */
  active = 'A';
  /** By slot: values by id, from when it was heard last or copied to; a slot that never was holds nothing. */
  #kept = { A: new Map(), B: new Map() };

  get other() {
    return this.active === 'A' ? 'B' : 'A';
  }

  /** Keeps `values`, by id, in the other slot too. */
  copy(values) {
    this.#kept[this.other] = new Map(values);
  }

  /**
   * Goes to a slot; `values` are those that are heard. Returns those that are to be heard instead: what the slot holds
   * of these parameters, where it differs.
   */
  switchTo(slot, values) {
    if (slot === this.active) return [];
    this.#kept[this.active] = new Map(values);
    this.active = slot;
    return [...this.#kept[slot]].filter(([id, value]) => values.has(id) && values.get(id) !== value);
  }
}
