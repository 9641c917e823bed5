import { type InterruptedTraining, whereInterrupted } from '#contract/checkpoint';
import { EngineError } from '#contract/errors';
import type { Run } from '#contract/run';
import type { Command } from './command.ts';
import { runJson, runText } from './run-commands.ts';
import { formatBytes, formatDuration, formatTable } from './terminal.ts';

function interruptedText(trainings: InterruptedTraining[]): string {
  if (trainings.length === 0) return 'No training was interrupted.';
  const rows = trainings.map((one) => [
    one.id,
    one.label,
    whereInterrupted(one),
    formatDuration(one.seconds),
    one.savedAt,
    formatBytes(one.bytes),
  ]);
  return formatTable([['checkpoint', 'model', 'kept as of', 'trained', 'at', 'size'], ...rows]);
}

export const checkpointCommands: Command[] = [
  {
    name: 'interrupted',
    usage: 'W',
    summary: 'Trainings that were stopped or lost and can be resumed, the latest first',
    positionals: [1, 1],
    flags: {},
    async run({ session, positionals }) {
      await session.call('workspace.open', { path: positionals[0] as string });
      const trainings = await session.call('checkpoint.list', {});
      return { json: { interrupted: trainings }, text: interruptedText(trainings) };
    },
  },
  {
    name: 'resume',
    usage: 'W [CHECKPOINT]',
    summary: 'Train on from where a training was interrupted, to the run that it would have been; the latest where none is named',
    positionals: [1, 2],
    flags: { discard: { kind: 'switch', help: 'delete the checkpoint instead' } },
    async run({ session, positionals, flags }) {
      const [workspace, id] = positionals as [string, string?];
      await session.call('workspace.open', { path: workspace });
      if (flags.discard) {
        if (id === undefined)
          throw new EngineError('invalid_input', `resume --discard wants a CHECKPOINT: "recsmith interrupted ${workspace}" lists them.`);
        await session.call('checkpoint.discard', { id });
        return { json: { discarded: id }, text: `${id} is deleted.` };
      }
      const run = await session.work<Run>('checkpoint.resume', id === undefined ? {} : { id });
      return { json: runJson(run), text: runText(run) };
    },
  },
];
