/** Waiting for what must happen, with an end to the patience. */

/** So long anything may take, in ms. Nothing is expected to take a tenth of it. */
export const LIMIT = 120_000;

/** `promise`, or after `limit` ms an error that says what never happened; `tell()` adds what did. */
export async function within(limit, what, promise, tell = () => '') {
  let timer;
  const patience = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still not so after ${limit / 1000} s: ${what}\n${tell()}`)), limit);
  });
  try {
    return await Promise.race([promise, patience]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until `so()`, or what it promises, is true, looking every now and then. */
export async function until(so, what) {
  const end = performance.now() + LIMIT;
  while (!(await so())) {
    if (performance.now() > end) throw new Error(`still not so after ${LIMIT / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
