import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { appPage } from './app-path.ts';
import { placeWindow, type ShellState, smallestWindow, writeShellState } from './shell-state.ts';

/** The one window, in its remembered place; `state` is kept up to date in `stateFile`. */
export function openWindow(options: { preload: string; icon: string; state: ShellState; stateFile: string }): BrowserWindow {
  const { state, stateFile } = options;
  const screens = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map((display) => display.workArea);
  const window = new BrowserWindow({
    ...placeWindow(state.bounds, screens),
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    title: 'Recsmith',
    icon: options.icon,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171a' : '#ffffff',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  if (state.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('page-title-updated', (event) => event.preventDefault());
  window.on('close', () => {
    state.bounds = window.getNormalBounds();
    state.maximized = window.isMaximized();
    writeShellState(stateFile, state);
  });
  // A page that crashed starts again; the engine and its jobs did not notice.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') window.webContents.reload();
  });
  void window.loadURL(appPage);
  return window;
}

/** Where the files of the app are, seen from `dist/electron`. */
export function shellFiles(distElectron: string): { app: string; renderer: string; preload: string; icon: string; engine: string } {
  const dist = join(distElectron, '..');
  const app = join(dist, '..');
  return {
    app,
    renderer: join(dist, 'renderer'),
    preload: join(distElectron, 'preload.cjs'),
    icon: join(app, 'resources', 'icon.png'),
    engine: join(dist, 'engine'),
  };
}
