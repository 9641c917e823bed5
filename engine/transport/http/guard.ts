import type { IncomingMessage } from 'node:http';
import { EngineError } from '#contract/errors';

/** Throws where a request does not come from a program or a page of this very address. */
export type Guard = (request: IncomingMessage) => void;

/**
 * Keeps web pages out: a page can make a browser send requests to this machine, by its own name for it (Host) or across origins. Holds for every
 * path, known or not, and cannot be turned off, with keys or without.
 * @param port the port that is listened on
 * @param names by which the server may be asked for
 */
export function createGuard({ port, scheme, names }: { port: number; scheme: 'http' | 'https'; names: readonly string[] }): Guard {
  const hosts = new Set(names.map((name) => `${name}:${port}`));
  if (port === (scheme === 'http' ? 80 : 443)) for (const name of names) hosts.add(name);
  const origins = new Set([...hosts].map((host) => `${scheme}://${host}`));

  return ({ url, headers, headersDistinct }) => {
    const given = headersDistinct.host ?? [];
    if (given.length !== 1 || !hosts.has((given[0] as string).toLowerCase())) {
      throw new EngineError(
        'forbidden',
        `The Host header ${JSON.stringify(given.join(', '))} does not name this server. Use ${scheme}://127.0.0.1:${port}.`,
      );
    }
    const { origin } = headers;
    if (origin !== undefined && !origins.has(origin)) {
      throw new EngineError(
        'forbidden',
        `A page of ${JSON.stringify(origin)} may not use this server: it answers programs and its own pages only.`,
      );
    }
    // Requests without an Origin, as for an image: browsers say that another site asks. Following a link is harmless.
    const site = headers['sec-fetch-site'];
    if ((site === 'cross-site' || site === 'same-site') && headers['sec-fetch-mode'] !== 'navigate') {
      throw new EngineError('forbidden', 'A page of another origin may not use this server.');
    }
    // What begins with two would be read as the name of another server.
    if (!url || !/^\/(?![/\\])/.test(url))
      throw new EngineError('invalid_input', 'The request names no path of this server. Start it with one slash.');
  };
}
