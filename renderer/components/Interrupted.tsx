import { Button } from '@blueprintjs/core';
import { useState } from 'react';
import type { InterruptedTraining } from '#contract/checkpoint';
import type { Job } from '#contract/job';
import { discardCheckpoint, startJob } from '../client/commands.ts';
import { useAction } from '../client/use-action.ts';
import { type Answer, useOperation } from '../client/use-operation.ts';
import { interruptedLine, type WayOn, wayOn } from '../format/interrupted.ts';
import { formatSize } from '../format/numbers.ts';
import { formatAge, formatMoment } from '../format/time.ts';
import { useStore } from '../store/store.ts';
import { useNow } from '../store/use-now.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { Panel } from './Panel.tsx';

function useInterrupted(): Answer<InterruptedTraining[]> {
  const workspace = useStore((store) => store.workspace);
  return useOperation('checkpoint.list', workspace ? {} : null, ['jobs', 'runs', 'workspace']);
}

interface WaysProps {
  training: InterruptedTraining;
  way: WayOn;
  onStarted: (job: Job, training: InterruptedTraining) => void;
}

/** Go on with it, or delete it; the latter is asked for twice. */
function useWays({ training, way, onStarted }: WaysProps) {
  const [asked, setAsked] = useState(false);
  const go = useAction(async () => {
    const started = way === 'anew' ? startJob('run.train', training.input) : startJob('checkpoint.resume', { id: training.id });
    onStarted(await started, training);
  });
  const discard = useAction(() => discardCheckpoint(training.id));
  const buttons = (
    <span className="button-row">
      <Button
        size="small"
        variant="outlined"
        text={way === 'anew' ? 'Train anew' : 'Resume training'}
        aria-label={`${way === 'anew' ? 'Train' : 'Resume'} ${training.label}${way === 'anew' ? ' anew' : ''}`}
        loading={go.busy}
        onClick={() => go.run()}
      />
      <Button
        size="small"
        variant="minimal"
        {...(asked ? { intent: 'danger' as const } : {})}
        text={asked ? `Delete ${formatSize(training.bytes)}` : 'Discard'}
        aria-label={`${asked ? 'Delete' : 'Discard'} the checkpoint of ${training.label}`}
        loading={discard.busy}
        onClick={() => (asked ? discard.run() : setAsked(true))}
        onBlur={() => setAsked(false)}
      />
    </span>
  );
  return { buttons, error: go.error ?? discard.error };
}

function InterruptedLine(props: Omit<WaysProps, 'way'>) {
  const { training } = props;
  const { buttons, error } = useWays({ ...props, way: 'resume' });
  const now = useNow(30_000);
  return (
    <li>
      <div className="line" data-testid="interrupted-training">
        <span className="grow">
          <strong>{training.label}</strong> <span className="muted">{interruptedLine(training)}</span>
        </span>
        <time className="muted" dateTime={training.savedAt} title={formatMoment(training.savedAt)}>
          {formatAge(training.savedAt, now)}
        </time>
        {buttons}
      </div>
      {error && <ErrorNote error={error} />}
    </li>
  );
}

interface InterruptedTrainingsProps {
  onStarted: WaysProps['onStarted'];
  /** The checkpoint of a job that shows its own way on. */
  except?: string | undefined;
}

/** Trainings that were cancelled, or lost with a process, where there are any. */
export function InterruptedTrainings({ onStarted, except }: InterruptedTrainingsProps) {
  const { data = [], error } = useInterrupted();
  const shown = data.filter(({ id }) => id !== except);
  if (shown.length === 0 && !error) return null;
  return (
    <Panel title="Interrupted trainings" note="They go on from their last checkpoint, to the same result. Kept for 14 days." flush>
      {error && <ErrorNote error={error} />}
      <ul className="line-list">
        {shown.map((training) => (
          <InterruptedLine key={training.id} training={training} onStarted={onStarted} />
        ))}
      </ul>
    </Panel>
  );
}

function WayOnOf(props: WaysProps) {
  const { buttons, error } = useWays(props);
  return (
    <>
      <div className="way-on" data-testid="way-on">
        <span className="muted">Kept: {interruptedLine(props.training)}</span>
        {buttons}
      </div>
      {error && <ErrorNote error={error} />}
    </>
  );
}

/** Of a training that did not end well: what it left, and how to go on. */
export function JobWayOn({ job, onStarted }: { job: Job; onStarted: WaysProps['onStarted'] }) {
  const { data } = useInterrupted();
  const training = data?.find(({ id }) => id === job.checkpoint);
  const way = wayOn(job, training);
  return training && way ? <WayOnOf key={`${job.id} ${training.id}`} training={training} way={way} onStarted={onStarted} /> : null;
}
