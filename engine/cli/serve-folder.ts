import { existsSync } from 'node:fs';
import path from 'node:path';
import { EngineError } from '#contract/errors';
import type { ServerStatus } from '#contract/server';
import { nodeProcessHost } from '../jobs/node-process-host.ts';
import { createServerProcess } from '../operations/server-process.ts';

const bundleManifest = 'bundle.json';

export interface ServedFolder {
  status: ServerStatus;
  stop(): Promise<unknown>;
}

/**
 * Serves a bundle that stands alone, without a workspace: what it receives is kept beside it, in `<bundle>.events`.
 * Gives null where the folder is no bundle.
 */
export async function serveFolder(folder: string, options: { port?: number; host?: string }): Promise<ServedFolder | null> {
  const bundlePath = path.resolve(folder);
  if (!existsSync(path.join(bundlePath, bundleManifest))) return null;
  const server = createServerProcess(nodeProcessHost(__dirname));
  const status = await server.start(
    {
      bundlePath,
      bundleName: path.basename(bundlePath),
      port: options.port ?? 8000,
      host: options.host ?? '127.0.0.1',
      eventLogFolder: `${bundlePath}.events`,
      adminAvailable: false,
    },
    {
      changed: () => undefined,
      eventsAppended: () => undefined,
      admin: async () => {
        throw new EngineError('unsupported', 'This server has no workspace to train in.');
      },
    },
  );
  return { status, stop: () => server.stop() };
}
