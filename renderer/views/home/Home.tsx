import { Button } from '@blueprintjs/core';
import { PlayIcon } from '@blueprintjs/icons';
import { buildRecommender } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { InterruptedTrainings } from '../../components/Interrupted.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { activeImport, isActive } from '../../format/job.ts';
import { countOf } from '../../format/numbers.ts';
import { openView, useStore } from '../../store/store.ts';
import { Lately, Recent } from './Lately.tsx';
import { PipelinePanel } from './PipelinePanel.tsx';
import { newestPipeline } from './pipeline.ts';
import { WaysIn } from './WaysIn.tsx';

function usePurpose(): string {
  const coming = useStore((state) => activeImport(state.jobs));
  const workspace = useStore((state) => state.workspace);
  if (!workspace) return 'Open the sample, your own data or a workspace, and build a recommender from it.';
  if (workspace.interactions === 0 && coming) return `${workspace.name}: its data is just coming in.`;
  if (workspace.interactions === 0) return `${workspace.name} is empty: import interactions, or build on sample data.`;
  const { users, items, interactions, runs } = workspace;
  return `${workspace.name}: ${countOf(interactions, 'interaction')} of ${countOf(users, 'user')} with ${countOf(items, 'item')}, ${countOf(runs, 'run')}.`;
}

export function Home() {
  const workspace = useStore((state) => state.workspace);
  const connected = useStore((state) => state.connection > 0);
  const building = useStore((state) => {
    const job = newestPipeline(state.jobs);
    return job !== undefined && isActive(job);
  });
  const build = useAction(buildRecommender);
  return (
    <>
      <ViewHeader
        title="Home"
        purpose={usePurpose()}
        action={
          <Button
            intent="primary"
            icon={<PlayIcon />}
            text={building ? 'Building …' : 'Build recommender'}
            data-testid="build-recommender"
            loading={build.busy}
            disabled={building || !connected}
            onClick={() => build.run()}
          />
        }
      />
      {build.error && <ErrorNote error={build.error} />}
      {!workspace && <WaysIn />}
      <PipelinePanel />
      {workspace && <InterruptedTrainings onStarted={(job) => openView('jobs', { job: job.id })} />}
      <div className="columns-2">
        {workspace && <Lately />}
        <Recent />
      </div>
      {workspace && <WaysIn />}
    </>
  );
}
