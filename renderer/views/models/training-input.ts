import type { ModelInfo } from '#contract/model';
import type { InputOf } from '#contract/operations';
import { type Draft, readForm } from '../../components/form-logic.ts';

/** What the Models view remembers of a training that is being set up, all as text. */
export interface TrainingDraft {
  split: 'temporal' | 'leave-last-out' | 'ratio';
  testShare: string;
  /** `auto` or a number. */
  minValue: string;
  seed: string;
  /** Id of a frozen dataset; empty for all that the workspace has. */
  dataset: string;
  /** A ranking model's retrieval run; empty for the newest. */
  retrievalRun: string;
}

export const initialTraining: TrainingDraft = {
  split: 'temporal',
  testShare: '0.2',
  minValue: 'auto',
  seed: '42',
  dataset: '',
  retrievalRun: '',
};

type TrainInput = InputOf<'run.train'>;

/** The input of `run.train`, or what is wrong with each field. */
export function trainingInput(
  model: Pick<ModelInfo, 'id' | 'role' | 'parameters'>,
  form: Draft,
  draft: TrainingDraft,
): { input: TrainInput; problems: Record<string, string> } {
  const { params, problems } = readForm(model.parameters, form);
  const found: Record<string, string> = { ...problems };
  const testShare = Number(draft.testShare);
  if (draft.split !== 'leave-last-out' && !(testShare > 0 && testShare < 1))
    found.testShare = 'Enter a share between 0 and 1, such as 0.2.';
  const minValue = draft.minValue.trim() === 'auto' ? 'auto' : Number(draft.minValue);
  if (minValue !== 'auto' && (draft.minValue.trim() === '' || !Number.isFinite(minValue)))
    found.minValue = 'Enter auto or a number, such as 4.';
  const seed = Number(draft.seed);
  if (draft.seed.trim() === '' || !Number.isInteger(seed) || seed < 0 || seed > 4_294_967_295)
    found.seed = 'Enter a whole number from 0 to 4,294,967,295.';
  const split: TrainInput['split'] = draft.split === 'leave-last-out' ? { kind: 'leave-last-out' } : { kind: draft.split, testShare };
  return {
    input: {
      model: model.id,
      params,
      split,
      selection: { minValue, ...(draft.dataset ? { dataset: draft.dataset } : {}) },
      seed,
      ...(model.role === 'ranking' && draft.retrievalRun ? { retrievalRun: draft.retrievalRun } : {}),
    },
    problems: found,
  };
}

function flagText(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** The same training on the command line, so that a screen can be repeated headless. */
export function trainingCommand(input: TrainInput, workspace: string): string {
  const quote = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const sets = Object.entries(input.params ?? {}).map(([name, value]) => `--set ${quote(`${name}=${flagText(value)}`)}`);
  const split = input.split?.kind && input.split.kind !== 'temporal' ? [`--split ${input.split.kind}`] : [];
  const dataset = input.selection?.dataset ? [`--dataset ${input.selection.dataset}`] : [];
  return ['recsmith train', quote(workspace), `--model ${input.model}`, ...sets, ...split, ...dataset, `--seed ${input.seed ?? 42}`].join(
    ' ',
  );
}
