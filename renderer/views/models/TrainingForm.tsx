import { HTMLSelect, InputGroup } from '@blueprintjs/core';
import { type ReactNode, useId } from 'react';
import type { ModelInfo } from '#contract/model';
import type { Run } from '#contract/run';
import { useOperation } from '../../client/use-operation.ts';
import type { Draft } from '../../components/form-logic.ts';
import { SchemaForm } from '../../components/SchemaForm.tsx';
import { formatMoment } from '../../format/time.ts';
import type { TrainingDraft } from './training-input.ts';

interface FieldProps {
  label: string;
  help: string;
  problem?: string | undefined;
  /** The control, with the ids that tie it to its label and its help. */
  children: (id: string, helpId: string) => ReactNode;
}

function Field({ label, help, problem, children }: FieldProps) {
  const id = useId();
  const helpId = `${id}-help`;
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
      </div>
      {children(id, helpId)}
      <p id={helpId} className={problem ? 'field-help state-danger' : 'field-help'}>
        {problem ?? help}
      </p>
    </div>
  );
}

interface TextFieldProps {
  label: string;
  help: string;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

function TextField({ label, help, value, problem, onChange }: TextFieldProps) {
  return (
    <Field label={label} help={help} problem={problem}>
      {(id, helpId) => (
        <InputGroup
          id={id}
          fill
          value={value}
          intent={problem ? 'danger' : 'none'}
          aria-invalid={problem !== undefined}
          aria-describedby={helpId}
          onValueChange={onChange}
        />
      )}
    </Field>
  );
}

interface SelectFieldProps {
  label: string;
  help: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}

function SelectField({ label, help, value, options, onChange }: SelectFieldProps) {
  return (
    <Field label={label} help={help}>
      {(id, helpId) => (
        <HTMLSelect
          id={id}
          fill
          value={value}
          options={options}
          aria-describedby={helpId}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface TrainingFormProps {
  model: ModelInfo;
  runs: readonly Run[];
  form: Draft;
  draft: TrainingDraft;
  problems: Record<string, string>;
  onForm: (form: Draft) => void;
  onDraft: (draft: Partial<TrainingDraft>) => void;
}

const splitHelp: Record<TrainingDraft['split'], string> = {
  temporal: 'One cut in time for everybody: the honest one.',
  'leave-last-out': 'The last interaction of each user is held out.',
  ratio: 'A seeded random share of each user is held out.',
};

/** Parameters of the model, then what it is trained and tested on. */
export function TrainingForm({ model, runs, form, draft, problems, onForm, onDraft }: TrainingFormProps) {
  const datasets = useOperation('dataset.list', {}, ['data', 'workspace']);
  const retrieval = runs.filter((run) => run.role === 'retrieval');
  return (
    <>
      {model.parameters.length ? (
        <SchemaForm parameters={model.parameters} draft={form} onChange={onForm} />
      ) : (
        <p className="muted">This model has no parameters.</p>
      )}
      <h3 className="form-section">Data and test</h3>
      <div className="form-grid">
        {model.role === 'ranking' && (
          <SelectField
            label="Retrieval run"
            help="Its candidates are ranked and its embeddings are read."
            value={draft.retrievalRun}
            options={[
              { value: '', label: 'The newest' },
              ...retrieval.map((run) => ({ value: run.id, label: `${run.label} · ${formatMoment(run.createdAt)}` })),
            ]}
            onChange={(retrievalRun) => onDraft({ retrievalRun })}
          />
        )}
        {(datasets.data?.length ?? 0) > 0 && model.role === 'retrieval' && (
          <SelectField
            label="Data"
            help="A frozen dataset stays what it is when the workspace changes."
            value={draft.dataset}
            options={[
              { value: '', label: 'All of the workspace' },
              ...(datasets.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(dataset) => onDraft({ dataset })}
          />
        )}
        <SelectField
          label="Split"
          help={splitHelp[draft.split]}
          value={draft.split}
          options={[
            { value: 'temporal', label: 'Global time cut' },
            { value: 'leave-last-out', label: 'Leave last out' },
            { value: 'ratio', label: 'Random share per user' },
          ]}
          onChange={(split) => onDraft({ split: split as TrainingDraft['split'] })}
        />
        {draft.split !== 'leave-last-out' && (
          <TextField
            label="Test share"
            help="Share of interactions held out."
            value={draft.testShare}
            problem={problems.testShare}
            onChange={(testShare) => onDraft({ testShare })}
          />
        )}
        <TextField
          label="Positive from value"
          help="auto: everything; of ratings those at or above 70 % of the highest."
          value={draft.minValue}
          problem={problems.minValue}
          onChange={(minValue) => onDraft({ minValue })}
        />
        <TextField
          label="Seed"
          help="The same seed on the same data gives the same metrics."
          value={draft.seed}
          problem={problems.seed}
          onChange={(seed) => onDraft({ seed })}
        />
      </div>
    </>
  );
}
