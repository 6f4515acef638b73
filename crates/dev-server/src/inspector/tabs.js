/** The page's two views, as tabs: by click, by arrow keys, and by the address, so that a reload stays where it was. */

export class Tabs {
  /** The name of the one that is shown. */
  shown;
  #tabs;
  #changed;

  /** `list` has the tabs, whose `data-view` is the name; `changed(name)` is called when another is shown. */
  constructor(list, changed) {
    this.#tabs = [...list.querySelectorAll('[role=tab]')];
    this.#changed = changed;
    list.hidden = false;
    for (const tab of this.#tabs) tab.addEventListener('click', () => this.show(tab.dataset.view));
    list.addEventListener('keydown', (event) => this.#key(event));
    addEventListener('hashchange', () => this.show(this.#asked));
    this.#select(this.#asked);
  }

  /** Shows the view with this name. */
  show(name) {
    if (name === this.shown) return;
    this.#select(name);
    this.#changed(name);
  }

  #select(name) {
    this.shown = name;
    for (const tab of this.#tabs) {
      const selected = tab.dataset.view === name;
      tab.ariaSelected = String(selected);
      // One of them is reached by Tab, the others by arrows.
      tab.tabIndex = selected ? 0 : -1;
      document.getElementById(tab.getAttribute('aria-controls')).hidden = !selected;
    }
    const [first] = this.#tabs;
    history.replaceState(history.state, '', location.pathname + (name === first.dataset.view ? '' : `#${name}`));
  }

  /** What the address says; the first where it says nothing. */
  get #asked() {
    const names = this.#tabs.map(({ dataset }) => dataset.view);
    const asked = location.hash.slice(1);
    return names.includes(asked) ? asked : names[0];
  }

  #key(event) {
    const at = this.#tabs.findIndex((tab) => tab.dataset.view === this.shown);
    const { length } = this.#tabs;
    const to = { ArrowRight: (at + 1) % length, ArrowLeft: (at + length - 1) % length, Home: 0, End: length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.show(this.#tabs[to].dataset.view);
    this.#tabs[to].focus();
  }
}
