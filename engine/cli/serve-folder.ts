import { existsSync } from 'node:fs';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import type { ServerStatus } from '#contract/server';
import { nodeProcessHost } from '../jobs/node-process-host.ts';
import { createServerProcess } from '../operations/server-process.ts';
import { serverWatch } from './server-watch.ts';

const bundleManifest = 'bundle.json';

export const isBundle = (folder: string): boolean => existsSync(path.join(folder, bundleManifest));

/** Keys and audit log of a bundle that is served by itself lie beside it, as its event log does. */
export const bundleSecurityFolder = (bundle: string): string => `${path.resolve(bundle)}.security`;

export interface ServeFolderOptions {
  port?: number | undefined;
  host?: string | undefined;
  names?: string[] | undefined;
  tls?: { cert: string; key: string } | undefined;
  auth: boolean;
}

export interface ServedFolder {
  status: ServerStatus;
  /** Resolves when the server has stopped by itself, with why, in words. */
  stopped: Promise<string>;
  stop(): Promise<unknown>;
}

/**
 * Serves a bundle that stands alone, without a workspace: what it receives is kept beside it, in `<bundle>.events`.
 * Gives null where the folder is no bundle.
 */
export async function serveFolder(folder: string, options: ServeFolderOptions): Promise<ServedFolder | null> {
  const bundlePath = path.resolve(folder);
  if (!isBundle(bundlePath)) return null;
  const { port } = options;
  if (port !== undefined && !(port >= 0 && port <= 65_535))
    throw new EngineError('invalid_input', `--port is a number from 0, for any free one, to 65535, not ${port}.`, { port });
  const server = createServerProcess(nodeProcessHost(__dirname));
  const watch = serverWatch();
  const status = await server.start(
    {
      bundlePath,
      bundleName: path.basename(bundlePath),
      port: port ?? 8000,
      host: options.host ?? '127.0.0.1',
      eventLogFolder: `${bundlePath}.events`,
      securityFolder: bundleSecurityFolder(bundlePath),
      names: options.names ?? [],
      auth: options.auth,
      tls: options.tls ?? null,
      uploadFolder: null,
      adminAvailable: false,
    },
    {
      changed: watch.see,
      eventsAppended: () => undefined,
      admin: async () => {
        throw new EngineError('unsupported', 'This server has no workspace to train in.');
      },
    },
  );
  return { status, stopped: watch.stopped, stop: () => server.stop() };
}
