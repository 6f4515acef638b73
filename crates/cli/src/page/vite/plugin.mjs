/** Leads a page to the project's server: its first script, and its workers', is lead.js. */

import { readFileSync } from 'node:fs';
import { isOwn } from './owner.mjs';
import { admit } from './policy.mjs';

const SCRIPT = '/@wavecraft/lead.js';
const WORKER = /[?&]worker_file&type=(module|classic)(?:&|$)/;
const POLICY = /^content-security-policy(-report-only)?$/i;

const lead = readFileSync(new URL('./lead.js', import.meta.url), 'utf8').replace(/;\s*$/, '');

/** `url` is the server's address with the token in its path; `files` are the project's own configuration and what it imports. */
export function wavecraft(url, files) {
  const { port, pathname } = new URL(url);
  const token = pathname.slice('/p/'.length);

  async function answer(request, response) {
    const given = (await mayHave(request)) ? token : null;
    response.setHeader('Content-Type', 'text/javascript; charset=utf-8');
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.end(`(${lead})(${JSON.stringify(given)}, ${port});\n`);
  }

  return {
    name: 'wavecraft',
    apply: 'serve',
    enforce: 'pre',

    configResolved(config) {
      // Plugins look for their settings beside the project's file, and Vite starts again when one of these changes.
      if (files.length > 0) config.configFile = files[0];
      config.configFileDependencies.push(...files);
      const headers = config.server.headers ?? {};
      for (const name of Object.keys(headers).filter((name) => POLICY.test(name))) {
        headers[name] = admit(String(headers[name]), port);
      }
    },

    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = (request.originalUrl ?? request.url ?? '').split('?')[0];
        if (!path.endsWith(SCRIPT)) return next();
        answer(request, response).catch(next);
      });
    },

    transformIndexHtml: {
      order: 'post',
      handler: (html) => ({
        html: html.replace(/<meta\b[^>]*>/gi, (meta) => admitMeta(meta, port)),
        tags: [{ tag: 'script', attrs: { src: SCRIPT }, injectTo: 'head-prepend' }],
      }),
    },

    // A module worker imports it, and the request for it is answered above.
    resolveId: (id) => (id === SCRIPT ? id : undefined),
    load: (id) => (id === SCRIPT ? '' : undefined),
    transform(code, id) {
      const [, type] = WORKER.exec(id) ?? [];
      if (type === undefined) return undefined;
      const first = type === 'module' ? `import ${JSON.stringify(SCRIPT)};` : `importScripts(${JSON.stringify(SCRIPT)});`;
      // On the first line, so that no other line moves.
      return { code: first + code, map: null };
    },
  };
}

/** Within a `<meta>` that sets a policy. */
function admitMeta(meta, port) {
  if (!/http-equiv\s*=\s*["']?content-security-policy/i.test(meta)) return meta;
  return meta.replace(/(\bcontent\s*=\s*)("[^"]*"|'[^']*')/i, (_, name, value) => name + admit(value, port));
}

/**
 * Only a page that this server serves, and that this user opened. The `Host` keeps out a name that somebody made point here,
 * `Sec-Fetch-Site`, which no page can set, a page from elsewhere that has this as its script.
 */
async function mayHave(request) {
  const { socket, headers } = request;
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${socket.localPort}`);
  const asked = headers.host ?? headers[':authority'];
  return hosts.includes(asked) && headers['sec-fetch-site'] === 'same-origin' && (await isOwn(socket));
}
