import { type BrowserWindow, dialog, type OpenDialogOptions } from 'electron';
import type { Payload } from './channels.ts';

const tables = [
  ...['csv', 'tsv', 'tab', 'psv', 'txt', 'dat', 'data', 'jsonl', 'ndjson', 'json', 'parquet', 'pq', 'arrow', 'feather', 'arrows', 'ipc'],
  ...['duckdb', 'ddb', 'sqlite', 'sqlite3', 'db', 'inter', 'user', 'item', 'gz', 'zst'],
];

const openOptions: Record<'data' | 'folder' | 'workspace', OpenDialogOptions> = {
  data: {
    title: 'Import files',
    buttonLabel: 'Import',
    properties: ['openFile', 'multiSelections'],
    filters: [
      { name: 'Tables', extensions: tables },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  folder: { title: 'Import a folder', buttonLabel: 'Import', properties: ['openDirectory'] },
  workspace: { title: 'Open a workspace', buttonLabel: 'Open', properties: ['openDirectory'] },
};

/** Paths that the user chose; none when the dialog was cancelled. */
export async function choosePaths(window: BrowserWindow, kind: Payload<'dialog.choose'>): Promise<string[]> {
  if (kind === 'newWorkspace') {
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      title: 'New workspace',
      buttonLabel: 'Create',
      nameFieldLabel: 'Folder',
      properties: ['createDirectory'],
    });
    return canceled || !filePath ? [] : [filePath];
  }
  const { canceled, filePaths } = await dialog.showOpenDialog(window, openOptions[kind]);
  return canceled ? [] : filePaths;
}

/** Where the user wants a file to be written; null when the dialog was cancelled. */
export async function chooseSaveFile(window: BrowserWindow, name: string): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    title: 'Export rows',
    buttonLabel: 'Export',
    defaultPath: name,
    filters: [
      { name: 'CSV', extensions: ['csv'] },
      { name: 'Tab-separated', extensions: ['tsv'] },
      { name: 'Parquet', extensions: ['parquet'] },
    ],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  });
  return canceled || !filePath ? null : filePath;
}
