import { networkInterfaces } from 'node:os';

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

const bracketed = (address: string): string => (address.includes(':') && !address.startsWith('[') ? `[${address}]` : address);

/** The names and addresses by which a server may be asked for: loopback, what it listens on, and what it was told. */
export function ownNames(host: string, given: readonly string[]): string[] {
  const everywhere = host === '0.0.0.0' || host === '::';
  const listened = everywhere
    ? Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address))
    : [host];
  const names = [...loopbackNames, ...listened.map(bracketed), ...given.map(bracketed)];
  return [...new Set(names.map((name) => name.toLowerCase()))];
}

/** The address to open a door's own pages with: one that can be typed. */
export function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === 'localhost') return '127.0.0.1';
  return bracketed(host === '::' ? '::1' : host);
}
