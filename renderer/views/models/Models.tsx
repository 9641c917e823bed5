import { Button, SegmentedControl, Tag } from '@blueprintjs/core';
import { PlayIcon } from '@blueprintjs/icons';
import type { ReactNode } from 'react';
import type { Job } from '#contract/job';
import type { ModelInfo } from '#contract/model';
import type { Run } from '#contract/run';
import { verdictOf } from '#contract/verdict';
import { startJob } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { useOperation } from '../../client/use-operation.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import type { Draft } from '../../components/form-logic.ts';
import { InterruptedTrainings } from '../../components/Interrupted.tsx';
import { NeedsWorkspace } from '../../components/NeedsWorkspace.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Empty, Skeleton } from '../../components/States.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { isActive } from '../../format/job.ts';
import { useStore } from '../../store/store.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { Comparison, type ComparisonState, initialComparison } from './Comparison.tsx';
import { LiveTraining } from './LiveTraining.tsx';
import { ModelList } from './ModelList.tsx';
import { RunDetail } from './RunDetail.tsx';
import { RunsTable } from './RunsTable.tsx';
import { runIdOf } from './run-text.ts';
import { TrainingForm } from './TrainingForm.tsx';
import { initialTraining, type TrainingDraft, trainingCommand, trainingInput } from './training-input.ts';

interface ModelsState {
  /** What the wide part shows: a model to train, or all side by side. */
  pane: 'train' | 'compare';
  comparison: Partial<ComparisonState>;
  model: string;
  run: string;
  forms: Record<string, Draft>;
  training: Partial<TrainingDraft>;
  /** The job that was set going last, by model. */
  jobs: Record<string, string>;
}

const initial: ModelsState = { pane: 'train', comparison: {}, model: 'two-tower', run: '', forms: {}, training: {}, jobs: {} };

/** What the list has no room for, said where a model is chosen. */
function factsOf({ goodFor, newUsers, newItems, paper, needs }: ModelInfo): [string, ReactNode][] {
  const list: [string, ReactNode][] = [
    ['Good for', goodFor],
    ['New users', newUsers],
    ['New items', newItems],
    ['Uses', needs.length > 0 ? needs.join(' and ') : 'who had which item, nothing else'],
    ['Paper', paper && <cite>{paper}</cite>],
  ];
  return list.filter(([, value]) => value);
}

function ModelHead({ model }: { model: ModelInfo }) {
  return (
    <div className="model-head">
      <p>
        {model.summary}{' '}
        {!model.factorised && model.role === 'retrieval' && (
          <Tag minimal className="small-tag">
            no embeddings: cannot be bundled
          </Tag>
        )}
      </p>
      <dl className="model-facts">
        {factsOf(model).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const runAnchor = 'run-detail';

interface OutcomeProps {
  /** The training that was set going last. */
  job: Job | undefined;
  model: ModelInfo;
  /** The run that is looked at. */
  run: Run | undefined;
  /** A training was set going again. */
  onStarted: (job: Job, model: string) => void;
}

/** What the training does that runs or failed, or in a sentence how good the run is: above the form, where it is seen. */
function Now({ job, model, run, onStarted }: OutcomeProps) {
  if (job && job.status !== 'succeeded')
    return <LiveTraining job={job} model={model} onStarted={(started) => onStarted(started, model.id)} />;
  if (!run) return null;
  return (
    <Panel
      title={job ? `${run.label} is trained` : `Latest run of ${run.label}`}
      testId="run-verdict"
      actions={
        <Button
          size="small"
          variant="outlined"
          text="Show run"
          onClick={() => document.getElementById(runAnchor)?.scrollIntoView({ block: 'start' })}
        />
      }
    >
      <p className="verdict">{verdictOf(run)}</p>
    </Panel>
  );
}

export function Models() {
  const [state, patch] = useViewState('models', initial);
  const workspace = useStore((store) => store.workspace);
  const models = useOperation('model.list', {});
  const runs = useOperation('run.list', workspace ? {} : null, ['runs', 'workspace', 'jobs']);
  const model = models.data?.find((one) => one.id === state.model) ?? models.data?.[0];
  const training: TrainingDraft = { ...initialTraining, ...state.training };
  const form = (model && state.forms[model.id]) ?? {};
  const ready = model && trainingInput(model, form, training);
  const job = useStore((store) => store.jobs[state.jobs[model?.id ?? ''] ?? '']);
  const shown = state.run || runIdOf(job);
  const run = runs.data?.find((one) => one.id === shown) ?? runs.data?.find((one) => one.model === model?.id);
  const showTraining = (job: Job, of: string): void => patch({ model: of, jobs: { ...state.jobs, [of]: job.id }, run: '', pane: 'train' });
  const train = useAction(async () => {
    if (!model || !ready) return;
    const job = await startJob('run.train', ready.input);
    showTraining(job, model.id);
  });
  const faulty = !ready || Object.keys(ready.problems).length > 0;
  const obstacle = workspace && workspace.interactions > 0 ? '' : 'Import interactions or open the sample first.';

  return (
    <>
      <ViewHeader
        title="Models"
        purpose="Pick a model, see what it needs, train it, compare it with the baselines."
        action={
          <Button
            intent="primary"
            icon={<PlayIcon />}
            text="Train model"
            loading={train.busy}
            disabled={faulty || obstacle !== ''}
            title={obstacle || undefined}
            onClick={() => train.run()}
          />
        }
      />
      {train.error && <ErrorNote error={train.error} />}
      <div className="models-layout">
        <Panel title="Models" flush className="models-side">
          <Answered answer={models} skeleton={<Skeleton rows={8} height={24} />}>
            {(list) => <ModelList models={list} selected={model?.id} onSelect={(id) => patch({ model: id, run: '', pane: 'train' })} />}
          </Answered>
        </Panel>
        <div className="models-main">
          <SegmentedControl
            className="models-pane"
            aria-label="Train or compare"
            value={state.pane}
            options={[
              { value: 'train', label: 'Train a model' },
              { value: 'compare', label: 'Compare models' },
            ]}
            onValueChange={(pane) => patch({ pane: pane as ModelsState['pane'] })}
          />
          {state.pane === 'compare' ? (
            <NeedsWorkspace>
              <Answered answer={runs}>
                {(list) => (
                  <Comparison
                    models={models.data ?? []}
                    runs={list}
                    state={{ ...initialComparison, ...state.comparison }}
                    jobs={state.jobs}
                    draft={training}
                    obstacle={obstacle}
                    onChange={(change) => patch({ comparison: { ...state.comparison, ...change } })}
                    onStarted={(jobs) => patch({ jobs: { ...state.jobs, ...jobs } })}
                  />
                )}
              </Answered>
            </NeedsWorkspace>
          ) : (
            <>
              {workspace && model && <Now job={job} model={model} run={run} onStarted={showTraining} />}
              {model && (
                <Panel
                  title={model.label}
                  note={model.role}
                  actions={
                    <>
                      {form && Object.keys(form).length > 0 && (
                        <Button
                          size="small"
                          variant="outlined"
                          text="Reset parameters"
                          onClick={() => patch({ forms: { ...state.forms, [model.id]: {} } })}
                        />
                      )}
                      {ready && workspace && (
                        <CopyButton label="Copy as command" text={trainingCommand(ready.input, workspace.path)} showLabel />
                      )}
                    </>
                  }
                >
                  <ModelHead model={model} />
                  <TrainingForm
                    model={model}
                    runs={runs.data ?? []}
                    form={form}
                    draft={training}
                    problems={ready?.problems ?? {}}
                    onForm={(next) => patch({ forms: { ...state.forms, [model.id]: next } })}
                    onDraft={(change) => patch({ training: { ...state.training, ...change } })}
                  />
                </Panel>
              )}
              {workspace && model && (
                <>
                  <InterruptedTrainings except={job?.checkpoint} onStarted={(started, training) => showTraining(started, training.model)} />
                  {run && !(job && isActive(job)) && (
                    <div id={runAnchor} className="opened-run">
                      <RunDetail key={run.id} run={run} />
                    </div>
                  )}
                  <Panel title="Latest runs" flush>
                    <Answered answer={runs}>
                      {(list) =>
                        list.length ? (
                          <RunsTable
                            runs={list.slice(0, 20)}
                            selected={state.run}
                            onSelect={(run) => patch({ run: run.id, model: run.model })}
                          />
                        ) : (
                          <Empty>No run yet: train a model, or build the whole pipeline from Home.</Empty>
                        )
                      }
                    </Answered>
                  </Panel>
                </>
              )}
            </>
          )}
        </div>
      </div>
    </>
  );
}
