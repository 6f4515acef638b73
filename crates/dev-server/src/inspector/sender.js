/** Changes on their way: the latest value of each, as fast as the server answers. */
export class Sender {
  #request;
  #refused;
  /** By id: what to send after the answer, in a list of one or none, and what is done with the server's word after that. */
  #sending = new Map();
  #runs = new Set();

  /** `request(id, value)` asks the server to set one; `refused(error, id)` hears of what it says no to. */
  constructor(request, refused) {
    this.#request = request;
    this.#refused = refused;
  }

  /** Is there a value of this that the server hasn't answered yet? */
  waits(id) {
    return this.#sending.has(id);
  }

  /** Keeps what is to be done with the server's word about this until it has answered: its newest word alone. */
  after(id, act) {
    const sending = this.#sending.get(id);
    if (sending === undefined) act();
    else sending.after = act;
  }

  /** Resolves when the server has answered everything. */
  async settled() {
    while (this.#runs.size > 0) await Promise.all(this.#runs);
  }

  /** Sends a value; of those that come while one has no answer, only the last. A drag never fills a queue. */
  send(id, value) {
    const sending = this.#sending.get(id);
    if (sending !== undefined) {
      sending.next = [value];
      return undefined;
    }
    const run = this.#run(id, value);
    this.#runs.add(run);
    return run.finally(() => this.#runs.delete(run));
  }

  async #run(id, value) {
    const sending = { next: [value], after: () => {} };
    this.#sending.set(id, sending);
    try {
      while (sending.next.length > 0) {
        const [next] = sending.next.splice(0);
        await this.#request(id, next);
      }
      this.#sending.delete(id);
      sending.after();
    } catch (error) {
      this.#refused(error, id);
    } finally {
      this.#sending.delete(id);
    }
  }
}
