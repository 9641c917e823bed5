import type { z } from 'zod';
import { bundleOperations } from './bundle.ts';
import { checkpointOperations } from './checkpoint.ts';
import { dataOperations } from './data.ts';
import { datasetOperations } from './dataset.ts';
import { exploreOperations } from './explore.ts';
import { jobOperations } from './job.ts';
import { liveOperations } from './live.ts';
import { modelOperations } from './model.ts';
import { pipelineOperations } from './pipeline.ts';
import { qualityOperations } from './quality.ts';
import { runOperations } from './run.ts';
import { serverOperations } from './server.ts';
import { sqlOperations } from './sql.ts';
import { systemOperations } from './system.ts';
import { userOperations } from './user.ts';
import { vectorIndexOperations } from './vector-index.ts';
import { workspaceOperations } from './workspace.ts';

/** Everything the workbench can do. The window, the command line and the admin routes are all made from this table. */
export const operations = {
  ...workspaceOperations,
  ...dataOperations,
  ...datasetOperations,
  ...exploreOperations,
  ...sqlOperations,
  ...qualityOperations,
  ...liveOperations,
  ...modelOperations,
  ...runOperations,
  ...checkpointOperations,
  ...vectorIndexOperations,
  ...bundleOperations,
  ...serverOperations,
  ...userOperations,
  ...pipelineOperations,
  ...jobOperations,
  ...systemOperations,
};

export type Operations = typeof operations;
export type OperationName = keyof Operations;
/** What a caller writes: defaults may be left out. */
export type InputOf<N extends OperationName> = z.input<Operations[N]['input']>;
/** What a handler gets: parsed, defaults filled in. */
export type ParsedInputOf<N extends OperationName> = z.output<Operations[N]['input']>;
export type OutputOf<N extends OperationName> = z.output<Operations[N]['output']>;

/** One function a row; a forgotten one does not compile. */
export type Handlers = { [N in OperationName]: (input: ParsedInputOf<N>) => Promise<OutputOf<N>> };
/** The handlers of one noun, or of a few. */
export type HandlersOf<P extends string> = { [N in Extract<OperationName, `${P}.${string}`>]: Handlers[N] };

export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
