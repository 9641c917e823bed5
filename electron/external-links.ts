import { shell } from 'electron';
import { isAllowedLink } from './allowed-links.ts';

/** Opens a page in the user's browser. The only caller of `shell.openExternal`. */
export function openLink(url: string): void {
  if (isAllowedLink(url)) void shell.openExternal(url);
}
