import { Button, Tag } from '@blueprintjs/core';
import { PlayIcon } from '@blueprintjs/icons';
import type { ModelInfo } from '#contract/model';
import type { Run } from '#contract/run';
import { startJob } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { type Answer, useOperation } from '../../client/use-operation.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import type { Draft } from '../../components/form-logic.ts';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Empty, Skeleton } from '../../components/States.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { isActive } from '../../format/job.ts';
import { useStore } from '../../store/store.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { LiveTraining } from './LiveTraining.tsx';
import { ModelList } from './ModelList.tsx';
import { RunDetail } from './RunDetail.tsx';
import { RunsTable } from './RunsTable.tsx';
import { runIdOf } from './run-text.ts';
import { TrainingForm } from './TrainingForm.tsx';
import { initialTraining, type TrainingDraft, trainingCommand, trainingInput } from './training-input.ts';

interface ModelsState {
  model: string;
  run: string;
  forms: Record<string, Draft>;
  training: Partial<TrainingDraft>;
  /** The job that was set going last, by model. */
  jobs: Record<string, string>;
}

const initial: ModelsState = { model: 'two-tower', run: '', forms: {}, training: {}, jobs: {} };

function ModelHead({ model }: { model: ModelInfo }) {
  return (
    <div className="model-head">
      <p>{model.summary}</p>
      <p className="muted">
        {model.paper && <cite>{model.paper}</cite>}
        {model.needs.map((need) => (
          <Tag key={need} minimal className="small-tag">
            needs {need}
          </Tag>
        ))}
        {!model.factorised && model.role === 'retrieval' && (
          <Tag minimal className="small-tag">
            no embeddings: cannot be bundled
          </Tag>
        )}
      </p>
    </div>
  );
}

/** The training that runs or failed, then the run that is looked at. */
function Outcome({ state, model, runs }: { state: ModelsState; model: ModelInfo; runs: Answer<Run[]> }) {
  const job = useStore((store) => store.jobs[state.jobs[model.id] ?? '']);
  const finished = runIdOf(job);
  const shown = state.run || finished;
  const run = runs.data?.find((one) => one.id === shown) ?? runs.data?.find((one) => one.model === model.id);
  return (
    <>
      {job && job.status !== 'succeeded' && <LiveTraining job={job} />}
      {run && !(job && isActive(job)) && <RunDetail key={run.id} run={run} />}
    </>
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
  const train = useAction(async () => {
    if (!model || !ready) return;
    const job = await startJob('run.train', ready.input);
    patch({ jobs: { ...state.jobs, [model.id]: job.id }, run: '' });
  });
  const faulty = !ready || Object.keys(ready.problems).length > 0;
  const noData = !workspace || workspace.interactions === 0;

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
            disabled={faulty || noData}
            title={noData ? 'Import interactions or open the sample first' : undefined}
            onClick={() => train.run()}
          />
        }
      />
      {train.error && <ErrorNote error={train.error} />}
      <div className="models-layout">
        <Panel title="Models" flush className="models-side">
          <Answered answer={models} skeleton={<Skeleton rows={8} height={24} />}>
            {(list) => <ModelList models={list} selected={model?.id} onSelect={(id) => patch({ model: id, run: '' })} />}
          </Answered>
        </Panel>
        <div className="models-main">
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
              <Outcome state={state} model={model} runs={runs} />
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
        </div>
      </div>
    </>
  );
}
