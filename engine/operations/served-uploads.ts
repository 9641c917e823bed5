import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { AdminCall } from '#contract/child-messages';
import { EngineError } from '#contract/errors';
import type { Job } from '#contract/job';
import { layout } from '../workspace/layout.ts';
import { importIntoWorkspace } from './data.ts';
import { type EngineContext, requireSession } from './engine-context.ts';

type Upload = Extract<AdminCall, { route: 'upload' }>;

/** So many may wait for their turn; each holds its file on the disk. */
const mostWaiting = 8;
const kind = 'upload';

/** What a client is told of an upload when it is read: read = accepted + rejected + duplicates. */
interface UploadCounts {
  read: number;
  accepted: number;
  rejected: number;
  duplicates: number;
  /** The same bytes came before: nothing changed. */
  unchanged: boolean;
  seconds: number;
}

function startImport(context: EngineContext, { file, kind: entity, bytes }: Upload): Job {
  requireSession(context);
  const waiting = context.jobs.list().filter((job) => job.kind === kind && (job.status === 'queued' || job.status === 'running')).length;
  if (waiting >= mostWaiting) {
    throw new EngineError('unavailable', `${waiting} uploads wait to be read already. Send this one again when some of them have ended.`, {
      retryAfterSeconds: 5,
    });
  }
  const title = `Read uploaded ${entity} (${(bytes / 1e6).toFixed(1)} MB)`;
  return context.jobs.start(kind, title, async (work): Promise<UploadCounts> => {
    const { rowsRead, accepted, rejected, duplicates, seconds, files } = await importIntoWorkspace(
      context,
      { paths: [file], as: entity },
      work,
    );
    return { read: rowsRead, accepted, rejected, duplicates, unchanged: files.every((one) => one.unchanged), seconds };
  });
}

/** Reads a file that the server received into the workspace, as a job. The file is removed when the job has ended, however it did. */
export async function readUpload(context: EngineContext, upload: Upload): Promise<{ job_id: string; status: string; bytes: number }> {
  const remove = (): Promise<void> => rm(upload.file, { force: true });
  try {
    const job = startImport(context, upload);
    void context.jobs.wait(job.id).then(remove);
    return { job_id: job.id, status: job.status, bytes: upload.bytes };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Removes what a server that died had received and nobody reads. Call it while no server runs. */
export async function removeLeftUploads(context: EngineContext): Promise<void> {
  const reading = context.jobs.list().some((job) => job.kind === kind && (job.status === 'queued' || job.status === 'running'));
  if (reading) return;
  const folder = layout.uploads(requireSession(context).workspace.path);
  for (const name of await readdir(folder).catch(() => [])) await rm(path.join(folder, name), { force: true });
}
