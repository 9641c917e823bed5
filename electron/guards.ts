import { type Session, session, type WebContents } from 'electron';
import { isAppUrl } from './app-path.ts';
import { openLink } from './external-links.ts';

/** Own files, what the page itself made, and the developer tools: nothing with a network behind it. */
const localSchemes = ['app:', 'blob:', 'data:', 'devtools:'];

/** No permission is ever granted, and no request leaves the machine. */
export function guardSession(target: Session = session.defaultSession): void {
  target.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  target.setPermissionCheckHandler(() => false);
  target.setDevicePermissionHandler(() => false);
  target.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !localSchemes.some((scheme) => details.url.startsWith(scheme)) });
  });
}

/** A page stays where it is: no navigation, no second window, no webview. Links to allowed places open in the user's browser. */
export function guardContents(contents: WebContents): void {
  contents.on('will-navigate', (event, url) => {
    if (!isAppUrl(url) || url.split('#', 1)[0] !== contents.getURL().split('#', 1)[0]) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openLink(url);
    return { action: 'deny' };
  });
}
