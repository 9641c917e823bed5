import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';

/** A name for a file that is gone soon, in the system's folder for such files. */
export const temporaryFile = (ending: string): string => path.join(os.tmpdir(), `recsmith-${randomUUID()}.${ending}`);
