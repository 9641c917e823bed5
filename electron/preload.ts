import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import type { Bridge, EngineProcessState } from '#contract/bridge';
import { type Channel, enginePortChannel, engineStateChannel } from './channel-names.ts';

const ask = (channel: Channel, payload?: unknown): Promise<unknown> => ipcRenderer.invoke(channel, payload);

const bridge: Bridge = {
  platform: process.platform,
  onEngineState(listener) {
    const hear = (_event: IpcRendererEvent, state: EngineProcessState): void => listener(state);
    ipcRenderer.on(engineStateChannel, hear);
    return () => {
      ipcRenderer.removeListener(engineStateChannel, hear);
    };
  },
  requestEnginePort: () => void ask('engine.connect'),
  chooseFiles: async (kind) => (await ask('dialog.choose', kind)) as string[],
  chooseSaveFile: async (name) => (await ask('dialog.save', name)) as string | null,
  // Electron 25 has the path on the file itself, later ones only here.
  pathForFile: (file) => webUtils?.getPathForFile(file as File) ?? (file as { path?: string }).path ?? '',
  setTheme: (theme) => void ask('theme.set', theme),
  copyText: (text) => void ask('clipboard.copy', text),
  showFolder: (path) => void ask('folder.show', path),
};

contextBridge.exposeInMainWorld('recsmith', bridge);

// The context bridge does not carry ports: this one goes to the page as a message, to this origin only.
ipcRenderer.on(enginePortChannel, (event) => {
  window.postMessage({ type: 'engine-port' }, window.location.origin, [...event.ports]);
});
