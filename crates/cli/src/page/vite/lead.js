/**
 * Runs in a page, and in its workers, before all else. Whoever opens a WebSocket to the usual address, without a word of
 * Wavecraft's own subprotocol, gets to the project's server with its token. `given` is the token, where Vite's side knew that it
 * is this user who asks; else it is what the page's address brought, which a tab keeps.
 */
(given, port) => {
  const KEY = 'wavecraft.token';
  const PORT = 'wavecraft.port';
  const TOKEN = /^[A-Za-z0-9_-]{43}$/;
  const LOCAL = ['127.0.0.1', 'localhost', '[::1]'];
  const USUAL = 9000;
  let token = given;

  if (self.document) {
    try {
      const brought = new URLSearchParams(location.hash.slice(1)).get('wc');
      if (brought !== null) {
        history.replaceState(history.state, '', location.pathname + location.search);
        if (TOKEN.test(brought)) sessionStorage.setItem(KEY, brought);
      }
      if (given !== null) sessionStorage.setItem(KEY, given);
      sessionStorage.setItem(PORT, String(port));
      token = sessionStorage.getItem(KEY);
    } catch {
      // A browser may keep nothing: then only what was given counts.
    }
  }

  const led = (address, protocols) => {
    if ([protocols ?? []].flat().includes('wavecraft.v1')) return address;
    let url;
    try {
      url = new URL(address, location.href);
    } catch {
      return address;
    }
    const own = ['ws:', 'http:'].includes(url.protocol) && LOCAL.includes(url.hostname) && [USUAL, port].includes(Number(url.port));
    if (!own || url.pathname !== '/' || url.search !== '') return address;
    return `ws://127.0.0.1:${port}/${token === null ? '' : `p/${token}`}`;
  };

  self.WebSocket = new Proxy(self.WebSocket, {
    construct: (target, [address, ...more], made) => Reflect.construct(target, [led(address, more[0]), ...more], made),
  });
};
