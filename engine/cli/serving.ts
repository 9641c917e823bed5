import { EngineError } from '#contract/errors';
import type { PipelineResult } from '#contract/pipeline';
import type { ServerStatus } from '#contract/server';
import type { CommandContext } from './command.ts';
import type { CliSession } from './session.ts';
import { splitFlags, splitOf } from './split-flags.ts';
import { formatDuration, formatMetrics, print, tell } from './terminal.ts';

/** Waits for Ctrl-C. Throws `process_died` where the server stops before. */
async function waitForEnd({ interrupted }: CliSession, serverStopped: Promise<string>): Promise<void> {
  const problem = await Promise.race([interrupted, serverStopped]);
  if (problem !== undefined) throw new EngineError('process_died', problem);
  tell('Stopping.');
}

/** Serves until interrupted; the address is told as soon as there is one. Throws `process_died` where the server stops by itself. */
export async function keepServing(
  { session, flags }: CommandContext,
  status: ServerStatus,
  serverStopped: Promise<string> = session.serverStopped,
): Promise<void> {
  if (flags.json) print(JSON.stringify({ url: status.url, port: status.port, bundle: status.bundle, model_version: status.modelVersion }));
  else {
    print(`Serving ${status.bundle} at ${status.url}  (documentation: ${status.url}/docs; Ctrl-C ends)`);
    if (status.auth) tell('Every request is asked for a key: recsmith keys makes one.');
  }
  await waitForEnd(session, serverStopped);
}

export function buildText(result: PipelineResult): string {
  const address = result.url ? `\nServing at ${result.url}  (documentation: ${result.url}/docs; Ctrl-C ends)` : '';
  return `${formatMetrics(result.table)}\n\n${result.verdict}\n${result.bundle} in ${formatDuration(result.seconds)}${address}`;
}

export const buildFlags = {
  model: { kind: 'text', help: 'the retrieval model (two-tower)' },
  ranker: { kind: 'text', help: 'the ranking model (neural-ranker)' },
  set: { kind: 'pairs', help: 'a parameter of the retrieval model, key=value; may be given again' },
  ...splitFlags,
  seed: { kind: 'integer', help: 'the same seed gives the same result (42)' },
  serve: { kind: 'switch', help: 'serve the result until interrupted' },
  port: { kind: 'integer', help: 'the port to serve on (8000, or the next free one)' },
} as const;

/** Runs the pipeline and, where that is asked for, serves its result until interrupted. */
export async function buildAndServe(context: CommandContext): Promise<PipelineResult> {
  const { json, set, serve = false, split: _, testShare: __, testFile: ___, ...input } = context.flags;
  const split = splitOf(context.flags);
  const asked = { ...input, ...(split ? { split } : {}), params: set ?? {}, serve };
  const result = await context.session.work<PipelineResult>('pipeline.build', asked);
  if (serve) {
    print(json ? JSON.stringify(result) : buildText(result));
    await waitForEnd(context.session, context.session.serverStopped);
  }
  return result;
}
