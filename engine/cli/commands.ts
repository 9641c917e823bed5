import { checkpointCommands } from './checkpoint-commands.ts';
import { clientCommand } from './client-command.ts';
import type { Command } from './command.ts';
import { dataCommands } from './data-commands.ts';
import { datasetCommands } from './dataset-commands.ts';
import { exploreCommands } from './explore-commands.ts';
import { liveCommands } from './live-commands.ts';
import { qualityCommands } from './quality-commands.ts';
import { runCommands } from './run-commands.ts';
import { securityCommands } from './security-commands.ts';
import { serveCommands } from './serve-commands.ts';
import { sqlCommands } from './sql-commands.ts';
import { userCommand } from './user-command.ts';

/** Everything that can be typed, in the order of the help. */
export const commands: readonly Command[] = [
  ...dataCommands,
  ...datasetCommands,
  ...exploreCommands,
  ...qualityCommands,
  ...liveCommands,
  ...sqlCommands,
  ...runCommands,
  ...checkpointCommands,
  ...serveCommands,
  clientCommand,
  userCommand,
  ...securityCommands,
];
