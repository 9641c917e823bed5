import type { Flag, ParsedArguments } from './arguments.ts';
import type { CliSession } from './session.ts';

/** What a command leaves: one JSON object for programs, text for people. */
export interface CommandResult {
  json: unknown;
  text: string;
}

/** What a command is given to work with. */
export interface CommandContext extends ParsedArguments {
  session: CliSession;
}

export interface Command {
  name: string;
  /** Names of the positional arguments, for the help: `W PATH...`. */
  usage: string;
  summary: string;
  /** How many positional arguments it wants at least, and at most. */
  positionals: [number, number];
  flags: Record<string, Flag>;
  run(context: CommandContext): Promise<CommandResult>;
}
