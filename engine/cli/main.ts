import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EngineError, errorTable, reportOf } from '#contract/errors';
import { assertRequired, parseArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { openSession } from './session.ts';
import { letReadersLeave, print, printed, tell } from './terminal.ts';

const version = (JSON.parse(readFileSync(path.resolve(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string }).version;

const commonFlags = {
  json: { kind: 'switch', help: 'print one JSON object and nothing else' },
  help: { kind: 'switch', help: 'this help' },
} as const;

function overview(): string {
  const rows = commands.map(({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(46)} ${summary}`);
  return `recsmith ${version}\n\nusage: recsmith COMMAND ...\n\n${rows.join('\n')}\n\nA command's own help: recsmith COMMAND --help`;
}

function helpOf({ name, usage, summary, flags }: Command): string {
  const rows = Object.entries({ ...flags, ...commonFlags }).map(([flag, { help }]) => [`  --${flag}`, `  ${help}`]);
  return `recsmith ${name} ${usage}\n\n${summary}.\n\n${rows.map(([flag, help]) => `${(flag as string).padEnd(20)}${help}`).join('\n')}`;
}

function findCommand(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (!command)
    throw new EngineError('invalid_input', `There is no command "${name}". There are: ${commands.map((known) => known.name).join(', ')}.`);
  return command;
}

async function runCommand(command: Command, words: string[]): Promise<void> {
  const flags = { ...command.flags, ...commonFlags };
  const parsed = parseArguments(words, flags);
  if (parsed.flags.help) return print(helpOf(command));
  const [least, most] = command.positionals;
  if (parsed.positionals.length < least || parsed.positionals.length > most) {
    throw new EngineError('invalid_input', `${command.name} is written: recsmith ${command.name} ${command.usage}`);
  }
  assertRequired(command.name, command.flags, parsed.flags);
  const json = parsed.flags.json === true;
  const session = openSession(command.name, version);
  try {
    const result = await command.run({ ...parsed, session });
    if (json && result.json !== undefined) print(JSON.stringify(result.json));
    else if (!json && result.text) print(result.text);
  } finally {
    await session.close();
  }
}

/** Says what failed, and gives the exit code. */
function fail(error: unknown, json: boolean): number {
  const report = reportOf(error);
  if (json) print(JSON.stringify({ error: report }));
  tell(`recsmith: ${report.message}`);
  if (report.code === 'internal' && error instanceof Error) tell(error.stack ?? '');
  return errorTable[report.code].exit;
}

async function main(): Promise<void> {
  letReadersLeave();
  const [name, ...words] = process.argv.slice(2);
  if (name === undefined || name === '--help' || name === 'help') return print(overview());
  if (name === '--version') return print(version);
  let code = 0;
  try {
    await runCommand(findCommand(name), words);
  } catch (error) {
    code = fail(error, words.includes('--json'));
  }
  await printed();
  // Native libraries may keep threads; the work is done and everything is closed.
  process.exit(code);
}

void main();
