import { ProgressBar, Spinner } from '@blueprintjs/core';
import { BanCircleIcon, CircleIcon, ErrorIcon, FastForwardIcon, TickCircleIcon } from '@blueprintjs/icons';
import type { Job, Stage } from '#contract/job';
import { phaseShare } from '../../format/job.ts';
import { formatShare } from '../../format/numbers.ts';
import { formatDuration } from '../../format/time.ts';
import { openView } from '../../store/store.ts';
import { viewOfStage } from './pipeline.ts';

function StageIcon({ status }: { status: Stage['status'] }) {
  switch (status) {
    case 'running':
      return <Spinner size={14} />;
    case 'succeeded':
      return <TickCircleIcon size={14} className="state-good" />;
    case 'failed':
      return <ErrorIcon size={14} className="state-danger" />;
    case 'cancelled':
      return <BanCircleIcon size={14} className="muted" />;
    case 'skipped':
      return <FastForwardIcon size={14} className="muted" />;
    case 'waiting':
      return <CircleIcon size={14} className="muted" />;
  }
}

const words: Record<Stage['status'], string> = {
  waiting: 'not yet',
  running: 'running',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
};

function stageNote(stage: Stage, share: number | undefined): string {
  if (stage.status === 'running') return share === undefined ? 'running' : formatShare(share);
  const seconds = stage.seconds === undefined ? '' : ` · ${formatDuration(stage.seconds)}`;
  return `${words[stage.status]}${seconds}`;
}

/** The pipeline as a row of stages; each opens its view. */
export function StageStrip({ stages, job }: { stages: readonly Stage[]; job: Job | undefined }) {
  return (
    <ol className="stage-strip" aria-label="Pipeline">
      {stages.map((stage) => {
        const share = stage.status === 'running' && job ? phaseShare(job) : undefined;
        return (
          <li key={stage.id}>
            <button
              type="button"
              className={`stage stage-${stage.status}`}
              data-testid={`pipeline-stage-${stage.id}`}
              data-status={stage.status}
              title={stage.detail}
              onClick={() => openView(viewOfStage(stage.id))}
            >
              <span className="stage-head">
                <StageIcon status={stage.status} />
                <span className="stage-label">{stage.label}</span>
              </span>
              <span className="stage-note">{stageNote(stage, share)}</span>
              <span className="stage-detail">{stage.detail ?? ''}</span>
              {stage.status === 'running' && (
                <ProgressBar
                  {...(share === undefined ? {} : { value: share })}
                  animate={share === undefined}
                  stripes={share === undefined}
                  aria-label={`Progress of ${stage.label}`}
                />
              )}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
