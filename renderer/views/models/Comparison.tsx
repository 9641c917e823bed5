import { Button, HTMLSelect } from '@blueprintjs/core';
import { CrossIcon } from '@blueprintjs/icons';
import { useEffect, useRef } from 'react';
import type { ModelInfo } from '#contract/model';
import type { Run } from '#contract/run';
import { trainAllModels } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { ListLength } from '../../components/ListLength.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Empty } from '../../components/States.tsx';
import type { Sorting } from '../../components/sorting.ts';
import { ksOf } from '../../format/metrics.ts';
import { countOf } from '../../format/numbers.ts';
import { useStore } from '../../store/store.ts';
import { ComparisonTable, type Pending } from './ComparisonTable.tsx';
import { columnsOf, devicesText, duelRuns, firstSetup, isOfOtherData, setupsOf, sortRuns } from './compare-runs.ts';
import { Duel } from './Duel.tsx';
import { DuelPicker } from './DuelPicker.tsx';
import { pickForDuel } from './duel.ts';
import { ExportMenu } from './ExportMenu.tsx';
import { RunDetail } from './RunDetail.tsx';
import { type TrainingDraft, trainingInput } from './training-input.ts';

/** What the comparison remembers. */
export interface ComparisonState {
  setup: string;
  k: string;
  sorting: Sorting;
  run: string;
  /** Runs that are ticked, the first before the second, and the user whose two lists are open. */
  duel: string[];
  duelUser: string;
  leftOut: { model: string; label: string; reason: string }[];
}

export const initialComparison: ComparisonState = {
  setup: '',
  k: '',
  sorting: { by: '', descending: true },
  run: '',
  duel: [],
  duelUser: '',
  leftOut: [],
};

interface ComparisonProps {
  models: readonly ModelInfo[];
  runs: readonly Run[];
  state: ComparisonState;
  /** The job that was set going last, by model. */
  jobs: Readonly<Record<string, string>>;
  draft: TrainingDraft;
  /** Why nothing can be trained now; empty where it can. */
  obstacle: string;
  onChange: (change: Partial<ComparisonState>) => void;
  onStarted: (jobs: Record<string, string>) => void;
}

/** Models whose training was asked for in this window and is not done, or was in vain. */
function usePending(models: readonly ModelInfo[], jobs: Readonly<Record<string, string>>): Pending[] {
  const known = useStore((store) => store.jobs);
  return models.flatMap(({ id, label }) => {
    const job = known[jobs[id] ?? ''];
    return job && job.status !== 'succeeded' && job.status !== 'cancelled' ? [{ model: id, label, job }] : [];
  });
}

function LeftOut({ leftOut, onClose }: { leftOut: ComparisonState['leftOut']; onClose: () => void }) {
  if (leftOut.length === 0) return null;
  return (
    <div className="left-out" role="status">
      <ul>
        {leftOut.map(({ model, label, reason }) => (
          <li key={model}>
            <strong>{label}</strong> was left out: {reason}
          </li>
        ))}
      </ul>
      <Button size="small" variant="minimal" icon={<CrossIcon size={14} />} aria-label="Hide what was left out" onClick={onClose} />
    </div>
  );
}

/** Every model's latest run in one table, and the way to fill it. */
export function Comparison({ models, runs, state, jobs, draft, obstacle, onChange, onStarted }: ComparisonProps) {
  const setups = setupsOf(runs);
  const setup = setups.find(({ key }) => key === state.setup) ?? firstSetup(setups);
  const pending = usePending(models, jobs);
  const ks = ksOf(setup?.runs.flatMap((run) => Object.keys(run.metrics)) ?? []);
  const k = ks.includes(state.k) ? state.k : ks[0];
  const columns = setup ? columnsOf(setup.runs, k) : [];
  const first = columns[0];
  const sorting =
    state.sorting.by === 'model' || columns.some(({ id }) => id === state.sorting.by)
      ? state.sorting
      : { by: first?.id ?? 'model', descending: first?.higherIsBetter ?? false };
  const newest = setup?.runs[0];
  // Rankers answer to requests, not to users: there are no pairs to test.
  const able = newest?.role === 'retrieval' ? duelRuns(runs) : [];
  const duelling = newest?.role === 'retrieval' && ((setup?.runs.length ?? 0) > 1 || able.length > 1);
  const picked = duelling ? state.duel.flatMap((id) => runs.find((run) => run.id === id && run.role === 'retrieval') ?? []) : [];
  const [one, two] = picked;
  const shown = setup?.runs.find(({ id }) => id === state.run);
  const detail = useRef<HTMLDivElement>(null);
  const opened = useRef(false);
  const shownId = shown?.id;
  // What a click opened comes into sight; what was open when the view was left does not.
  useEffect(() => {
    if (shownId !== undefined && opened.current) detail.current?.scrollIntoView({ block: 'start' });
    opened.current = false;
  }, [shownId]);
  const { input, problems } = trainingInput({ id: '', role: 'retrieval', parameters: [] }, {}, draft);
  const all = useAction(async () => {
    const { model: _, params: __, ...common } = input;
    const { started, leftOut } = await trainAllModels(common);
    onChange({ leftOut, setup: '' });
    onStarted(Object.fromEntries(started.map(({ model, job }) => [model, job.id])));
  });
  const trainAll = (
    <Button
      size="small"
      variant="outlined"
      text="Train all models"
      loading={all.busy}
      disabled={obstacle !== '' || Object.keys(problems).length > 0}
      title={obstacle || 'One training of each retrieval model with its defaults, on the split, positives and seed of the training form'}
      onClick={() => all.run()}
    />
  );
  return (
    <>
      <Panel
        title="Comparison"
        flush
        actions={
          <>
            {ks.length > 1 && <ListLength ks={ks} k={k} onK={(next) => onChange({ k: next })} />}
            {setups.length > 1 && (
              <HTMLSelect
                aria-label="Test of the runs"
                value={setup?.key ?? ''}
                options={setups.map(({ key, label, runs: own }) => ({ value: key, label: `${label} (${own.length})` }))}
                onChange={(event) => onChange({ setup: event.currentTarget.value })}
              />
            )}
            {setup && newest && (
              <ExportMenu
                table={{
                  runs: sortRuns(setup.runs, columns, sorting),
                  columns,
                  others: new Set(setup.runs.filter((run) => isOfOtherData(run, newest)).map(({ id }) => id)),
                  oracle: newest.oracle,
                  setup: setup.label,
                }}
              />
            )}
            {trainAll}
          </>
        }
      >
        {all.error && <ErrorNote error={all.error} />}
        <LeftOut leftOut={state.leftOut} onClose={() => onChange({ leftOut: [] })} />
        {setup || pending.length > 0 ? (
          <ComparisonTable
            runs={setup?.runs ?? []}
            pending={pending}
            columns={columns}
            sorting={sorting}
            selected={shown?.id ?? ''}
            picked={duelling ? picked.map(({ id }) => id) : undefined}
            onPick={({ id }) =>
              onChange({
                duel: pickForDuel(
                  picked.map((run) => run.id),
                  id,
                ),
                run: '',
              })
            }
            onSort={(next) => onChange({ sorting: next })}
            onSelect={(run) => {
              opened.current = run.id !== state.run;
              // The run opens where the duel was.
              onChange(run.id === state.run ? { run: '' } : { run: run.id, duel: [] });
            }}
          />
        ) : (
          <Empty>{obstacle || 'No run yet: train all models to see them side by side, or one on the left.'}</Empty>
        )}
        {setup && (
          <div className="panel-text table-note comparison-foot">
            <span className="muted">
              The latest run of {countOf(setup.runs.length, 'model')}, {devicesText(setup.runs)}.
              {duelling &&
                (one && !two
                  ? ` Tick a second model to set it against ${one.label}.`
                  : ' Tick two models, or choose any two runs, to see whether their difference is more than chance, and for which users.')}
            </span>
            {able.length > 1 && <DuelPicker runs={able} first={one} second={two} onPick={(duel) => onChange({ duel, run: '' })} />}
          </div>
        )}
      </Panel>
      {one && two && (
        <Duel
          first={one}
          second={two}
          k={k}
          user={state.duelUser}
          onUser={(duelUser) => onChange({ duelUser })}
          onSwap={() => onChange({ duel: [two.id, one.id] })}
          onClose={() => onChange({ duel: [] })}
        />
      )}
      {shown && (
        <div ref={detail} className="opened-run">
          <RunDetail key={shown.id} run={shown} />
        </div>
      )}
    </>
  );
}
