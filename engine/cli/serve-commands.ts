import type { BundleInfo } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import type { PipelineResult } from '#contract/pipeline';
import type { ServerStatus } from '#contract/server';
import type { VectorIndexInfo } from '#contract/vector-index';
import type { Command, CommandContext } from './command.ts';
import { indexText } from './index-text.ts';
import { serveFolder } from './serve-folder.ts';
import { formatDuration, formatMetrics, formatNumber, print, tell } from './terminal.ts';

async function waitForEnd({ session }: Pick<CommandContext, 'session'>): Promise<void> {
  await session.interrupted;
  tell('Stopping.');
}

/** Serves until interrupted; the address is told as soon as there is one. */
async function keepServing({ session, flags }: CommandContext, status: ServerStatus): Promise<void> {
  if (flags.json) print(JSON.stringify({ url: status.url, port: status.port, bundle: status.bundle, model_version: status.modelVersion }));
  else print(`Serving ${status.bundle} at ${status.url}  (documentation: ${status.url}/docs; Ctrl-C ends)`);
  await waitForEnd({ session });
}

function buildText(result: PipelineResult): string {
  const address = result.url ? `\nServing at ${result.url}  (documentation: ${result.url}/docs; Ctrl-C ends)` : '';
  return `${formatMetrics(result.table)}\n\n${result.verdict}\n${result.bundle} in ${formatDuration(result.seconds)}${address}`;
}

const buildFlags = {
  model: { kind: 'text', help: 'the retrieval model (two-tower)' },
  ranker: { kind: 'text', help: 'the ranking model (neural-ranker)' },
  set: { kind: 'pairs', help: 'a parameter of the retrieval model, key=value; may be given again' },
  seed: { kind: 'integer', help: 'the same seed gives the same result (42)' },
  serve: { kind: 'switch', help: 'serve the result until interrupted' },
  port: { kind: 'integer', help: 'the port to serve on (8000, or the next free one)' },
} as const;

async function buildAndMaybeServe(context: CommandContext): Promise<PipelineResult> {
  const { set, ...rest } = context.flags as { set?: Record<string, string>; serve?: boolean };
  const { json, ...input } = rest as Record<string, unknown>;
  const result = await context.session.work<PipelineResult>('pipeline.build', { ...input, params: set ?? {}, serve: rest.serve === true });
  if (rest.serve) {
    print(json ? JSON.stringify(result) : buildText(result));
    await waitForEnd(context);
  }
  return result;
}

export const serveCommands: Command[] = [
  {
    name: 'index',
    usage: 'W [--run R]',
    summary: 'Build the vector index of a run and measure it against exact search',
    positionals: [1, 1],
    flags: {
      run: { kind: 'text', help: 'the run (the newest with embeddings)' },
      kind: { kind: 'text', help: 'auto (default), exact or hnsw' },
    },
    async run({ session, positionals, flags }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const index = await session.work<VectorIndexInfo>('vectorIndex.build', flags);
      return { json: index, text: indexText(index) };
    },
  },
  {
    name: 'bundle',
    usage: 'W --run R [--ranker R] [--out DIR]',
    summary: 'Pack a run, its ranker and its vector index to serve',
    positionals: [1, 1],
    flags: {
      run: { kind: 'text', help: 'the retrieval run', required: true },
      ranker: { kind: 'text', help: 'the ranking run' },
      out: { kind: 'text', help: 'a folder for it, besides the workspace' },
    },
    async run({ session, positionals, flags }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const bundle = await session.work<BundleInfo>('bundle.create', flags);
      return { json: bundle, text: `${bundle.path} (${formatNumber(bundle.sizeBytes)} bytes, ${bundle.manifest.files.length} files)` };
    },
  },
  {
    name: 'verify',
    usage: 'DIR',
    summary: 'Check every file of a bundle',
    positionals: [1, 1],
    flags: {},
    async run({ session, positionals }) {
      const result = await session.call('bundle.verify', { path: positionals[0] as string });
      return {
        json: { ok: true, ...result },
        text: `${result.path} is whole: ${result.files} files, ${formatNumber(result.sizeBytes)} bytes`,
      };
    },
  },
  {
    name: 'serve',
    usage: 'DIR_or_W',
    summary: 'Serve a bundle, or the active bundle of a workspace, until interrupted',
    positionals: [1, 1],
    flags: {
      port: { kind: 'integer', help: 'the port (8000)' },
      host: { kind: 'text', help: 'the address (127.0.0.1)' },
      bundle: { kind: 'text', help: 'which bundle of the workspace (the active one)' },
    },
    async run(context) {
      const target = context.positionals[0] as string;
      const { json: _, ...flags } = context.flags;
      const served = await serveFolder(target, flags as { port?: number; host?: string });
      if (served) {
        await keepServing(context, served.status);
        await served.stop();
      } else {
        await context.session.call('workspace.open', { path: target });
        await keepServing(context, await context.session.call('server.start', flags));
      }
      return { json: undefined, text: '' };
    },
  },
  {
    name: 'build',
    usage: 'W',
    summary: 'The whole pipeline: data, retrieval, evaluation, ranking, vector index, bundle; an empty workspace gets sample data',
    positionals: [1, 1],
    flags: buildFlags,
    async run(context) {
      await context.session.call('workspace.open', { path: context.positionals[0] as string }).catch((error: unknown) => {
        if (!(error instanceof EngineError && error.code === 'not_found')) throw error;
        return context.session.call('workspace.create', { path: context.positionals[0] as string });
      });
      const result = await buildAndMaybeServe(context);
      return context.flags.serve ? { json: undefined, text: '' } : { json: result, text: buildText(result) };
    },
  },
  {
    name: 'start-headless',
    usage: '',
    summary: 'What npm start does where there is no display: the pipeline on the sample workspace, then serving until interrupted',
    positionals: [0, 0],
    flags: { port: buildFlags.port },
    async run(context) {
      const workspace = await context.session.call('workspace.openSample', {});
      tell(`Sample workspace: ${workspace.path}`);
      await buildAndMaybeServe({ ...context, flags: { ...context.flags, serve: true } });
      return { json: undefined, text: '' };
    },
  },
  {
    name: 'doctor',
    usage: '',
    summary: 'What this machine has and lacks, and which device TensorFlow uses and why',
    positionals: [0, 0],
    flags: {},
    async run({ session }) {
      const report = await session.call('system.doctor', {});
      const lines = report.checks.map(({ status, label, detail, fix }) => {
        const mark = { ok: 'ok     ', warning: 'warning', missing: 'MISSING' }[status];
        return `${mark}  ${label}: ${detail}${fix ? `\n         → ${fix}` : ''}`;
      });
      return { json: report, text: lines.join('\n') };
    },
  },
];
