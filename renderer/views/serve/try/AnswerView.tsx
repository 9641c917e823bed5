import { SegmentedControl } from '@blueprintjs/core';
import { WarningSignIcon } from '@blueprintjs/icons';
import { useMemo, useState } from 'react';
import type { ServerAnswer } from '#contract/server';
import { CopyButton } from '../../../components/CopyButton.tsx';
import { formatCount } from '../../../format/numbers.ts';
import { AnswerStatus } from '../AnswerStatus.tsx';
import { type AnswerTable, readAnswer } from './answer.ts';

/** More than anyone looks at here; the JSON has them all. */
const rowsShown = 200;

const isNumber = (text: string | undefined) => text !== undefined && text !== '' && Number.isFinite(Number(text));

function List({ table }: { table: AnswerTable }) {
  const numbers = table.columns.map((_, at) => table.rows.every((row) => isNumber(row[at])));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
    <div className="table-scroll answer-table" tabIndex={0}>
      <table className="table">
        <caption>
          {table.name}:{' '}
          {table.rows.length > rowsShown ? `${rowsShown} of ${formatCount(table.rows.length)}` : formatCount(table.rows.length)}
        </caption>
        <thead>
          <tr>
            {table.columns.map((column, at) => (
              <th key={column} scope="col" className={numbers[at] ? 'number' : ''}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, rowsShown).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all of one answer and never move.
            <tr key={index}>
              {row.map((cell, at) => (
                <td key={table.columns[at]} className={numbers[at] ? 'number' : 'clip wide'} title={cell}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** An answer: status and time, problems in words, lists as tables, all of it as JSON. */
export function AnswerView({ answer }: { answer: ServerAnswer }) {
  const read = useMemo(() => readAnswer(answer), [answer]);
  const [wanted, setWanted] = useState<'table' | 'text'>('table');
  const shown = read.tables.length > 0 ? wanted : 'text';
  return (
    <div className="answer">
      <div className="answer-head">
        <AnswerStatus answer={answer} />
        {read.tables.length > 0 && (
          <SegmentedControl
            size="small"
            aria-label="Answer as"
            value={shown}
            options={[
              { value: 'table', label: 'Table' },
              { value: 'text', label: 'JSON' },
            ]}
            onValueChange={(value) => setWanted(value as 'table' | 'text')}
          />
        )}
        <CopyButton label="Copy answer" text={answer.body} />
      </div>
      {read.problem && (
        <p className="answer-problem">
          <WarningSignIcon size={14} className="state-danger" />
          <span>
            <strong>{read.problem.headline}</strong> {read.problem.detail}
          </span>
        </p>
      )}
      <div data-testid="try-result">
        {shown === 'table' ? (
          read.tables.map((table) => <List key={table.name} table={table} />)
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
          <pre className="try-result" tabIndex={0}>
            {read.text || 'An empty answer.'}
          </pre>
        )}
      </div>
    </div>
  );
}
