import type { BundleInfo } from '#contract/bundle';
import { EngineError } from '#contract/errors';
import type { WorkspaceSummary } from '#contract/workspace';
import type { Command, CommandContext } from './command.ts';
import { buildAndServe, buildFlags, keepServing } from './serving.ts';
import { formatNumber, tell } from './terminal.ts';

const anew = 'npm start -- --headless --rebuild';

function tellWorkspace({ path, interactions, runs }: WorkspaceSummary): void {
  const used = runs === 1 ? '1 run' : `${formatNumber(runs)} runs`;
  tell(`Sample workspace: ${path} (${interactions === 0 ? 'new' : `used again: ${formatNumber(interactions)} interactions, ${used}`})`);
}

/** The bundle that can be served as it is; null, with the reason told, where one has to be built. */
async function bundleToServe({ session, flags }: CommandContext): Promise<BundleInfo | null> {
  try {
    const current = await session.call('bundle.current', {});
    if (!current) return null;
    if (flags.rebuild) tell('Building anew, as asked.');
    else if (current.upToDate) return current.bundle;
    else tell(`New data came since the training of ${current.bundle.id}: building with it.`);
    return null;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    tell(`The active bundle cannot be used: ${error.message} Building anew.`);
    return null;
  }
}

export const startHeadless: Command = {
  name: 'start-headless',
  usage: '',
  summary:
    'What npm start does where there is no display: serves what the sample workspace has, after the pipeline where that is nothing yet or data is new',
  positionals: [0, 0],
  flags: { port: buildFlags.port, rebuild: { kind: 'switch', help: 'run the pipeline even where no new data came' } },
  async run(context) {
    const { port, rebuild: _, ...flags } = context.flags;
    tellWorkspace(await context.session.call('workspace.openSample', {}));
    const bundle = await bundleToServe(context);
    const where = port === undefined ? {} : { port: port as number };
    if (bundle) {
      tell(`No new data came since ${bundle.id} was made on ${bundle.manifest.createdAt}: serving it. To build anew: ${anew}`);
      await keepServing(context, await context.session.call('server.start', { ...where, bundle: bundle.id, nextFreePort: true }));
    } else await buildAndServe({ ...context, flags: { ...flags, ...where, serve: true } });
    return { json: undefined, text: '' };
  },
};
