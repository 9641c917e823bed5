import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow, clipboard, ipcMain, MessageChannelMain, type MessagePortMain, nativeTheme, shell } from 'electron';
import { registerAppScheme, serveAppScheme } from './app-protocol.ts';
import { enginePortChannel, engineStateChannel } from './channel-names.ts';
import { choosePaths, chooseSaveFile } from './dialogs.ts';
import { forkEngine, forkEntry } from './engine-fork.ts';
import { superviseEngine } from './engine-supervisor.ts';
import { guardContents, guardSession } from './guards.ts';
import { receiveIpc } from './ipc.ts';
import { installMenu } from './menu.ts';
import { createQuitGuard } from './quit.ts';
import { createShellLog } from './shell-log.ts';
import { readShellState, writeShellState } from './shell-state.ts';
import { insideWorkspace } from './show-folder.ts';
import { openWindow, shellFiles } from './window.ts';

const files = shellFiles(__dirname);
// Not app.getVersion(): started with the path of this file, as in development, that is Electron's own.
const { version } = JSON.parse(readFileSync(join(files.app, 'package.json'), 'utf8')) as { version: string };

/** Whatever hangs, a quit is over by then. */
const QUIT_MS = 4800;

app.setName('Recsmith');
const userData = process.env.RECSMITH_USER_DATA;
if (userData) {
  mkdirSync(userData, { recursive: true });
  app.setPath('userData', userData);
}
// One app for one folder of settings: a second start brings the first to the front.
if (app.requestSingleInstanceLock()) run();
else app.quit();

function run(): void {
  const stateFile = join(app.getPath('userData'), 'window.json');
  const state = readShellState(stateFile);
  const quit = createQuitGuard();
  const log = createShellLog(join(app.getPath('userData'), 'logs', 'shell.log'));
  let window: BrowserWindow | null = null;
  let workspace: string | null = null;
  let quitting = false;

  // Root cannot have a sandbox, and `enableSandbox` would take its `--no-sandbox` away: then no process starts.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerAppScheme();
  log(`start: ${version}, Electron ${process.versions.electron}, process ${process.pid}`);
  // Says more than a process's own exit event: Electron 25 gives that code 0 for a process that a signal ended.
  app.on('child-process-gone', (_event, { type, name, reason, exitCode }) => log(`${name ?? type} gone: ${reason}, exit code ${exitCode}`));
  app.on('render-process-gone', (_event, _contents, { reason, exitCode }) => log(`page gone: ${reason}, exit code ${exitCode}`));
  app.on('web-contents-created', (_event, contents) => guardContents(contents));

  const supervisor = superviseEngine<MessagePortMain>({
    forkEngine: (crashed) => forkEngine(files.engine, { stateFolder: app.getPath('userData'), appFolder: files.app, version, crashed }),
    forkChild: (entry) => forkEntry(files.engine, entry),
    openChannel: () => new MessageChannelMain(),
    onState: (engineState) => window?.webContents.send(engineStateChannel, engineState),
    onPort: (port) => window?.webContents.postMessage(enginePortChannel, null, [port]),
    onWorkspace: (path) => {
      workspace = path;
    },
    onJobs: (running) => quit.setJobs(running),
    log,
  });

  receiveIpc(ipcMain, {
    'engine.connect': () => {
      window?.webContents.send(engineStateChannel, supervisor.state());
      supervisor.connect();
    },
    'dialog.choose': (kind) => (window ? choosePaths(window, kind) : []),
    'dialog.save': (name) => (window ? chooseSaveFile(window, name) : null),
    'theme.set': (theme) => {
      nativeTheme.themeSource = theme;
      state.theme = theme;
      writeShellState(stateFile, state);
    },
    'clipboard.copy': (text) => clipboard.writeText(text),
    'folder.show': (path) => {
      const target = insideWorkspace(path, workspace);
      if (target) shell.showItemInFolder(target);
    },
  });

  void app.whenReady().then(() => {
    guardSession();
    serveAppScheme(files.renderer);
    nativeTheme.themeSource = state.theme;
    installMenu({ development: !app.isPackaged, platform: process.platform });
    supervisor.start();
    window = openWindow({ preload: files.preload, icon: files.icon, state, stateFile });
    quit.watch(window);
    window.on('closed', () => {
      window = null;
    });
  });

  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (quitting) return;
    quitting = true;
    log('quit');
    // Should Electron's own way out get stuck, too: nobody may have to wait for it, or to kill it.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), QUIT_MS).unref();
    void supervisor.close().then(() => {
      log('end');
      app.exit();
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      quit.force();
      app.quit();
    });
  }
}
