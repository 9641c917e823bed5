import type { ServerAnswer } from '#contract/server';
import { formatMilliseconds } from '../../format/numbers.ts';
import { StatusText } from './StatusText.tsx';

/** Status and time of an answer to the window itself. */
export function AnswerStatus({ answer }: { answer: Pick<ServerAnswer, 'status' | 'milliseconds'> }) {
  return (
    <span className="try-status">
      <StatusText status={answer.status} /> in {formatMilliseconds(answer.milliseconds)}
    </span>
  );
}
