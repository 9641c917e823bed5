import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runServerProcess } from './serving/server-process.ts';
import { openHttpDoor } from './transport/http/door.ts';
import { openParentChannel } from './transport/parent-channel.ts';

const manifest = path.resolve(__dirname, '..', '..', 'package.json');
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };

void openParentChannel().then((channel) =>
  runServerProcess(channel, { openDoor: openHttpDoor, version, exit: (code) => process.exit(code) }),
);
