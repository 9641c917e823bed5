import { Button, Dialog, DialogBody, DialogFooter, HTMLSelect, InputGroup } from '@blueprintjs/core';
import { useId, useState } from 'react';
import { z } from 'zod';
import { Dataset, DatasetStep } from '#contract/dataset';
import { startJob } from '../../client/commands.ts';
import { useAction } from '../../client/use-action.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { isActive } from '../../format/job.ts';
import { formatCount } from '../../format/numbers.ts';
import { useStore } from '../../store/store.ts';
import { type DatasetDraft, datasetFields, emptyDataset, readDataset } from './dataset-form.ts';

/** What each step of a recipe takes away. */
export function StepsTable({ steps }: { steps: readonly DatasetStep[] }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Step</th>
          {['Removed', 'Interactions', 'Users', 'Items'].map((name) => (
            <th key={name} scope="col" className="number">
              {name}
            </th>
          ))}
          <th scope="col">For example</th>
        </tr>
      </thead>
      <tbody>
        {steps.map(({ step, removed, interactions, users, items, example }) => (
          <tr key={step}>
            <th scope="row">{step}</th>
            {[removed, interactions, users, items].map((count, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the columns of a table stay where they are.
              <td key={at} className="number">
                {formatCount(count)}
              </td>
            ))}
            <td className="clip">{example ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface FieldProps {
  label: string;
  help: string;
  problem: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

function Field({ label, help, problem, value, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
      </div>
      <InputGroup
        id={id}
        fill
        value={value}
        intent={problem ? 'danger' : 'none'}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-help`}
        onValueChange={onChange}
      />
      <p id={`${id}-help`} className={problem ? 'field-help state-danger' : 'field-help'}>
        {problem ?? help}
      </p>
    </div>
  );
}

/** A selection of the interactions is written down, looked at, and frozen under a name. */
export function NewDataset({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState<DatasetDraft>(emptyDataset);
  const [jobId, setJobId] = useState<string>();
  const job = useStore((state) => (jobId ? state.jobs[jobId] : undefined));
  const { recipe, problems } = readDataset(draft);
  const broken = Object.keys(problems).length > 0;
  const preview = useAction(async () => setJobId((await startJob('dataset.preview', recipe)).id));
  const freeze = useAction(async () => setJobId((await startJob('dataset.create', { name: draft.name.trim(), recipe })).id));
  const busy = preview.busy || freeze.busy || (job !== undefined && isActive(job));
  const made = Dataset.safeParse(job?.result);
  const steps = made.success ? made.data.steps : z.array(DatasetStep).safeParse(job?.result).data;
  const set = (name: keyof DatasetDraft) => (value: string) => setDraft({ ...draft, [name]: value });
  return (
    <Dialog isOpen onClose={onClose} title="New dataset" className="dataset-dialog" transitionDuration={0} canOutsideClickClose={false}>
      <DialogBody>
        <p className="muted">The steps follow each other in this order. What is frozen does not change when the workspace does.</p>
        <div className="form-grid">
          <Field label="Name" help="How trainings name it." problem={undefined} value={draft.name} onChange={set('name')} />
          {datasetFields.map(({ name, label, help }) => (
            <Field key={name} label={label} help={help} problem={problems[name]} value={draft[name]} onChange={set(name)} />
          ))}
          <div className="field">
            <div className="field-head">
              <label htmlFor="dataset-once">One of each user and item</label>
            </div>
            <HTMLSelect
              id="dataset-once"
              fill
              value={draft.once}
              options={[
                { value: '', label: 'All of them' },
                { value: 'first', label: 'The first' },
                { value: 'last', label: 'The last' },
              ]}
              onChange={(event) => setDraft({ ...draft, once: event.currentTarget.value as DatasetDraft['once'] })}
            />
            <p className="field-help">What else a user did with an item leaves.</p>
          </div>
        </div>
        {job && isActive(job) && <JobProgress job={job} />}
        {job?.status === 'failed' && job.error && <ErrorNote error={job.error} />}
        {(preview.error ?? freeze.error) && <ErrorNote error={(preview.error ?? freeze.error)!} />}
        {steps && (
          <div className="table-scroll" data-testid="dataset-steps">
            <StepsTable steps={steps} />
          </div>
        )}
        {made.success && <p>{made.data.name} is frozen: choose it where a model is trained.</p>}
      </DialogBody>
      <DialogFooter
        actions={
          <>
            <Button text={made.success ? 'Close' : 'Cancel'} onClick={onClose} />
            {!made.success && (
              <>
                <Button variant="outlined" text="Preview steps" disabled={broken || busy} onClick={() => preview.run()} />
                <Button
                  intent="primary"
                  text="Freeze dataset"
                  disabled={broken || busy || draft.name.trim() === ''}
                  onClick={() => freeze.run()}
                />
              </>
            )}
          </>
        }
      />
    </Dialog>
  );
}
