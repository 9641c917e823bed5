import type { BundleInfo } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import type { VectorIndexInfo } from '#contract/vector-index';
import type { Command } from './command.ts';
import { indexText } from './index-text.ts';
import { serveFolder } from './serve-folder.ts';
import { serveSecurity, serveSecurityFlags } from './serve-security.ts';
import { buildAndServe, buildFlags, buildText, keepServing } from './serving.ts';
import { startHeadless } from './start-headless.ts';
import { formatNumber } from './terminal.ts';

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
      return { json: bundle, text: `${bundle.path} (${formatNumber(bundle.sizeBytes)} bytes, ${bundle.files} files)` };
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
      bundle: { kind: 'text', help: 'which bundle of the workspace (the active one)' },
      ...serveSecurityFlags,
    },
    async run(context) {
      const target = context.positionals[0] as string;
      const { port, bundle } = context.flags as { port?: number; bundle?: string };
      const { remember, ...where } = serveSecurity(target, context.flags);
      const served = await serveFolder(target, { port, ...where });
      if (served) {
        await remember();
        await keepServing(context, served.status, served.stopped);
        await served.stop();
      } else {
        await context.session.call('workspace.open', { path: target });
        const status = await context.session.call('server.start', { port, bundle, ...where });
        await remember();
        await keepServing(context, status);
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
      const result = await buildAndServe(context);
      return context.flags.serve ? { json: undefined, text: '' } : { json: result, text: buildText(result) };
    },
  },
  startHeadless,
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
