import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Checkpoint, Searched, TrainingStage } from '#contract/checkpoint';
import { EngineError } from '#contract/errors';
import type { CurvePoint } from '#contract/job';
import type { DeviceReport } from '#contract/run';
import { writeAtomic } from '../files/atomic.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import type { NamedArrays } from '../math/arrays.ts';
import { decodeSafetensors, safetensorsParts } from '../math/safetensors.ts';
import type { FitContext } from '../models/model.ts';
import type { FitTask } from './tasks.ts';

type Drawing = Pick<WorkContext, 'curve' | 'log' | 'signal'>;

/** A checkpoint is paid for by so many times as much training: it takes 2 % of the time at most. */
const trainingPerKeeping = 49;
/** Bytes that are read at once; a read of 2 GiB and more fails. */
const readBytes = 1 << 30;

export interface CheckpointKeeper {
  /** Draws a point of the curve, and remembers it; what was drawn before the interruption is not drawn twice. */
  curve: FitContext['curve'];
  /** Seconds of training, those before the interruption included. */
  seconds(): number;
  /** For the fit of one stage: what it goes on from, and how it keeps its epochs. */
  of(stage: TrainingStage, searched: Searched | null): Promise<Pick<FitContext, 'resume' | 'keepEpoch'>>;
}

/** Throws `bad_data` where the file is gone or damaged. */
async function readArrays(file: string): Promise<NamedArrays> {
  try {
    return await decodeFile(file);
  } catch (error) {
    const { message } = error as Error;
    throw new EngineError('bad_data', `The checkpoint is damaged and was removed. Train again. (${message})`, { file }, { cause: error });
  }
}

async function decodeFile(file: string): Promise<NamedArrays> {
  const handle = await open(file, 'r');
  try {
    const bytes = new Uint8Array((await handle.stat()).size);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(readBytes, bytes.length - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return decodeSafetensors(bytes).arrays;
  } finally {
    await handle.close();
  }
}

/**
 * Keeps the latest epoch of a training on disk, so that a process that is killed at any moment leaves the one before or this one, whole: arrays under a name of
 * their own first, then the manifest that names them, by rename, then the older arrays go. A checkpoint that cannot be written costs the training nothing
 * but a warning.
 */
export function createCheckpointKeeper({ keep, resume }: FitTask, device: DeviceReport, context: Drawing): CheckpointKeeper {
  const started = performance.now();
  const seconds = (): number => (resume?.seconds ?? 0) + (performance.now() - started) / 1000;
  const drawn: CurvePoint[] = [];
  const known = new Set<string>();
  const curve: FitContext['curve'] = (phase, step, metrics) => {
    const point = `${step} ${phase}`;
    if (known.has(point)) return;
    known.add(point);
    drawn.push({ phase, step, metrics });
    context.curve(phase, step, metrics);
  };
  for (const { phase, step, metrics } of resume?.curve ?? []) curve(phase, step, metrics);

  const { backend, device: kind, version } = device;
  const every = (keep?.everySeconds ?? 0) * 1000;
  const before = resume?.device;
  if (before && (before.backend !== backend || before.device !== kind || before.version !== version)) {
    const [then, now] = [before, device].map((one) => `${one.device.toUpperCase()} (${one.backend} ${one.version})`);
    context.log(`The training was begun on ${then} and goes on on ${now}: the result may differ in its last digits.`);
  }
  let due = started + every;
  let latest = resume?.arrays;
  let warned = false;

  async function write(manifest: string, state: Pick<Checkpoint, 'stage' | 'epoch' | 'searched'>, arrays: NamedArrays): Promise<void> {
    if (!keep) return;
    const folder = path.dirname(manifest);
    const file = `${state.stage}-${state.epoch}.safetensors`;
    const parts = safetensorsParts(arrays);
    await mkdir(folder, { recursive: true });
    await writeAtomic(path.join(folder, file), parts);
    const checkpoint: Checkpoint = {
      ...keep.origin,
      ...state,
      device: { backend, device: kind, version },
      arrays: file,
      bytes: parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
      seconds: seconds(),
      savedAt: new Date().toISOString(),
      curve: drawn,
    };
    await writeAtomic(manifest, `${JSON.stringify(checkpoint)}\n`);
    if (latest !== undefined && latest !== file) await rm(path.join(folder, latest), { force: true });
    latest = file;
  }

  return {
    curve,
    seconds,
    async of(stage, searched) {
      const arrays = keep && resume?.stage === stage ? await readArrays(path.join(path.dirname(keep.manifest), resume.arrays)) : null;
      return {
        resume: arrays && resume ? { epoch: resume.epoch, arrays } : null,
        async keepEpoch(epoch, pack) {
          const began = performance.now();
          if (!keep || (began < due && !context.signal.aborted)) return;
          try {
            await write(keep.manifest, { stage, epoch, searched }, pack());
          } catch (error) {
            if (!warned) context.log(`The training goes on, but cannot be resumed: its checkpoint was not written (${String(error)}).`);
            warned = true;
          }
          const ended = performance.now();
          due = ended + (every === 0 ? 0 : Math.max(every, trainingPerKeeping * (ended - began)));
        },
      };
    },
  };
}
