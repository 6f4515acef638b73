/** Changes on their way: the latest value of each, as fast as the server answers. */
export class Sender {
  #request;
  #refused;
  /** By id: what to send after the answer, or `null`. */
  #sending = new Map();

  /** `request(id, value)` asks the server to set one; `refused(error, id)` hears of what it says no to. */
  constructor(request, refused) {
    this.#request = request;
    this.#refused = refused;
  }

  /** Is there a value of this that the server hasn't answered yet? */
  waits(id) {
    return this.#sending.has(id);
  }

  /** Sends a value; of those that come while one has no answer, only the last. A drag never fills a queue. */
  async send(id, value) {
    const waits = this.#sending.has(id);
    this.#sending.set(id, waits ? value : null);
    if (waits) return;
    try {
      for (let next = value; next !== null; next = this.#sending.get(id)) {
        this.#sending.set(id, null);
        await this.#request(id, next);
      }
    } catch (error) {
      this.#refused(error, id);
    } finally {
      this.#sending.delete(id);
    }
  }
}
