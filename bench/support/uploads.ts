import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Job } from '#contract/job';
import type { ServerStatus } from '#contract/server';
import { createEngine, type Engine } from '../../engine/engine.ts';
import { nodeProcessHost } from '../../engine/jobs/node-process-host.ts';
import { entryOf } from './entries.ts';

type Kind = 'csv' | 'ndjson';

const types: Record<Kind, string> = { csv: 'text/csv', ndjson: 'application/x-ndjson' };

function* rowsOf(kind: Kind, count: number): Generator<string> {
  let block = kind === 'csv' ? 'user_id,item_id,event_type,timestamp,event_id\n' : '';
  for (let i = 0; i < count; i++) {
    const [user, item, at, id] = [
      `u${(i * 31) % 100_003}`,
      `i${(i * 17) % 40_009}`,
      new Date(1.7e12 + i * 1000).toISOString(),
      `${kind}-${i}`,
    ];
    block +=
      kind === 'csv'
        ? `${user},${item},view,${at},${id}\n`
        : `{"user_id":"${user}","item_id":"${item}","event_type":"view","timestamp":"${at}","event_id":"${id}"}\n`;
    if (block.length > 1_000_000) {
      yield block;
      block = '';
    }
  }
  yield block;
}

function upload(url: string, type: string, file: string): Promise<{ job_id: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/admin/interactions`, { method: 'POST', headers: { 'content-type': type } }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      incoming.on('end', () => (incoming.statusCode === 202 ? resolve(JSON.parse(text)) : reject(new Error(text))));
    });
    outgoing.on('error', reject);
    createReadStream(file).pipe(outgoing);
  });
}

interface JobAnswer {
  status: string;
  error?: string;
  result: { read: number; accepted: number };
}

async function ended(url: string, id: string): Promise<JobAnswer> {
  for (;;) {
    const job = (await fetch(`${url}/admin/jobs/${id}`).then((answer) => answer.json())) as JobAnswer;
    if (job.status === 'succeeded') return job;
    if (job.status === 'failed' || job.status === 'cancelled') throw new Error(`The upload ${job.status}: ${job.error}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A workspace with a small bundle, served. */
async function serveWorkspace(engine: Engine, folder: string): Promise<string> {
  const work = async (name: string, input: object): Promise<unknown> => {
    const { id } = (await engine.call(name, input)) as Job;
    for (;;) {
      const job = (await engine.call('job.get', { id })) as Job;
      if (job.status === 'succeeded') return job.result;
      if (job.error) throw new Error(job.error.message);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await engine.call('workspace.create', { path: path.join(folder, 'workspace') });
  await work('data.generate', { users: 200, items: 100, events: 5000, out: path.join(folder, 'data') });
  await work('data.import', { paths: [path.join(folder, 'data')] });
  const { id } = (await work('run.train', { model: 'ials', params: { epochs: 2, dimensions: 8 } })) as { id: string };
  await work('bundle.create', { run: id });
  return ((await engine.call('server.start', { port: 0 })) as ServerStatus).url as string;
}

/** Uploads of interactions through the real server into a real workspace, from the first byte sent until the job has ended. */
export async function benchUploads(folder: string, rows: number): Promise<string[]> {
  const engine = createEngine({
    host: nodeProcessHost(path.dirname(entryOf('server'))),
    stateFolder: path.join(folder, 'state'),
    appFolder: process.cwd(),
    version: '0.0.0-bench',
    holder: 'a bench',
    emit: () => undefined,
  });
  const notes: string[] = [];
  try {
    const url = await serveWorkspace(engine, folder);
    for (const kind of ['csv', 'ndjson'] as const) {
      const file = path.join(folder, `upload.${kind}`);
      await pipeline(Readable.from(rowsOf(kind, rows)), createWriteStream(file));
      const startedMs = performance.now();
      const { job_id } = await upload(url, types[kind], file);
      const sentMs = performance.now();
      const { result } = await ended(url, job_id);
      const seconds = (performance.now() - startedMs) / 1000;
      if (result.accepted !== rows) throw new Error(`${result.accepted} of ${rows} rows were stored.`);
      notes.push(
        `POST /admin/interactions, ${rows.toLocaleString('en')} rows as ${kind} (${((await stat(file)).size / 1e6).toFixed(0)} MB): ${Math.round(rows / seconds).toLocaleString('en')} rows/s; sent in ${((sentMs - startedMs) / 1000).toFixed(1)} s, stored after ${seconds.toFixed(1)} s.`,
      );
    }
  } finally {
    await engine.close();
  }
  return notes;
}
