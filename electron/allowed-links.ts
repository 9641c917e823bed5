/** Where papers of the models live. */
const hosts = new Set(['arxiv.org', 'doi.org', 'dl.acm.org']);
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** What may leave for the user's browser: papers, and pages of a server on this machine, such as its /docs. */
export function isAllowedLink(text: string): boolean {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return false;
  }
  if (url.username || url.password) return false;
  if (loopback.has(url.hostname)) return url.protocol === 'http:' || url.protocol === 'https:';
  return url.protocol === 'https:' && hosts.has(url.hostname) && url.port === '';
}
