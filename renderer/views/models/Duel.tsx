import { Button } from '@blueprintjs/core';
import { CrossIcon, SwapHorizontalIcon, WarningSignIcon } from '@blueprintjs/icons';
import { useEffect, useRef } from 'react';
import type { RunComparison, UserDifference } from '#contract/run';
import { useOperation } from '../../client/use-operation.ts';
import { DotInterval } from '../../components/DotInterval.tsx';
import { type Scale, scaleOver } from '../../components/interval-scale.ts';
import { MetricName } from '../../components/MetricName.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Skeleton } from '../../components/States.tsx';
import { UserLists } from '../../components/UserLists.tsx';
import { ksOf, metricLabel } from '../../format/metrics.ts';
import { countOf, formatCount, formatDifference, formatMetric, formatP, formatRange, formatSignedShare } from '../../format/numbers.ts';
import { splitMessage } from '../../format/text.ts';
import { type DuelRow, duelNames, duelRows, othersOfDuel, testsNote, untestedRows, verdictOfDuel } from './duel.ts';

const toneOf = ({ clear, difference }: DuelRow) => (!clear ? 'unclear' : difference > 0 ? 'good' : 'danger');

function DifferenceCell({ row }: { row: DuelRow }) {
  const state = { good: 'state-good', danger: 'state-danger', unclear: 'muted' }[toneOf(row)];
  return (
    <span className={state}>
      {row.clear ? (row.difference > 0 ? '▲ ' : '▼ ') : ''}
      {formatDifference(row.difference)}
    </span>
  );
}

function DuelLine({ row, scale }: { row: DuelRow; scale: Scale }) {
  return (
    <tr>
      <th scope="row">
        <MetricName name={row.name} />
      </th>
      <td className="number">{formatMetric(row.first)}</td>
      <td className="number">{formatMetric(row.second)}</td>
      <td className="number">
        <DifferenceCell row={row} />
      </td>
      <td className="number muted">{formatRange(row.interval)}</td>
      <td className="number" title={`p ${row.p}`}>
        {formatP(row.p)}
      </td>
      <td className={row.clear ? '' : 'muted'}>{row.clear ? 'yes' : 'no'}</td>
      <td className="number">{formatCount(row.better)}</td>
      <td className="number">{formatCount(row.worse)}</td>
      <td className="number muted">{formatCount(row.same)}</td>
      <td className="dot-cell">
        {row.relative && (
          <DotInterval
            value={row.relative.value}
            interval={row.relative.interval}
            scale={scale}
            reference={0}
            tone={toneOf(row)}
            label={`${metricLabel(row.name)}: ${formatSignedShare(row.relative.value)}, 95 % ${formatSignedShare(row.relative.interval[0])} to ${formatSignedShare(row.relative.interval[1])}`}
          />
        )}
      </td>
    </tr>
  );
}

function DuelTable({ comparison, rows }: { comparison: RunComparison; rows: readonly DuelRow[] }) {
  const [first, second] = duelNames(comparison);
  const scale = scaleOver([0, ...rows.flatMap(({ relative }) => relative?.interval ?? [])]);
  return (
    <div className="table-scroll">
      <table className="table duel-table" data-testid="duel-table">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" className="number">
              {first}
            </th>
            <th scope="col" className="number">
              {second}
            </th>
            <th scope="col" className="number" title={`${second} minus ${first}, mean over users`}>
              Difference
            </th>
            <th scope="col" className="number" title="Bootstrap interval of the difference, over users">
              95 %
            </th>
            <th scope="col" className="number" title="Two-sided, of a paired randomisation test over users">
              p
            </th>
            <th scope="col" title="More than chance: the 95 % interval lies on one side of zero">
              Clear
            </th>
            <th scope="col" className="number" title={`Users with a higher value by ${second}`}>
              Better
            </th>
            <th scope="col" className="number" title={`Users with a lower value by ${second}`}>
              Worse
            </th>
            <th scope="col" className="number" title="Users with the same value by both">
              Same
            </th>
            <th scope="col" className="dot-cell" title={`Difference as a share of ${first}; the line is no difference`}>
              <span className="dot-axis">
                <span>{formatSignedShare(scale[0])}</span>
                <span>{formatSignedShare(scale[1])}</span>
              </span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <DuelLine key={row.name} row={row} scale={scale} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Costs and what the lists are like, of which no test is made. */
function UntestedTable({ comparison, k }: { comparison: RunComparison; k: string | undefined }) {
  const [first, second] = duelNames(comparison);
  const rows = untestedRows(comparison, k);
  if (rows.length === 0) return null;
  return (
    <div className="table-scroll">
      <table className="table duel-untested" data-testid="duel-untested">
        <thead>
          <tr>
            <th scope="col">Beside accuracy, without a test</th>
            <th scope="col" className="number">
              {first}
            </th>
            <th scope="col" className="number">
              {second}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.label ?? <MetricName name={row.name} />}</th>
              <td className="number">{row.first}</td>
              <td className="number">{row.second}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface MovedProps {
  title: string;
  users: readonly UserDifference[];
  names: readonly [string, string];
  opened: string;
  onOpen: (user: string) => void;
}

function Moved({ title, users, names, opened, onOpen }: MovedProps) {
  return (
    <div>
      <h3 className="duel-heading">{title}</h3>
      {users.length === 0 ? (
        <p className="panel-text muted">Nobody.</p>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">User</th>
              {names.map((name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
              <th scope="col" className="number">
                Difference
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map(({ userId, first, second, difference }) => (
              <tr key={userId} className={userId === opened ? 'selected' : ''}>
                <th scope="row" className="clip">
                  <button
                    type="button"
                    className="link-button code"
                    aria-expanded={userId === opened}
                    title="Both lists side by side"
                    onClick={() => onOpen(userId === opened ? '' : userId)}
                  >
                    {userId}
                  </button>
                </th>
                <td className="number">{formatMetric(first)}</td>
                <td className="number">{formatMetric(second)}</td>
                <td className="number">{formatDifference(difference)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** One user's history and the two lists; it comes into sight when it is opened. */
function OpenedUser({ comparison, user, k, onClose }: { comparison: RunComparison; user: string; k: number; onClose: () => void }) {
  const box = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another user comes into sight, too.
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
  }, [user]);
  return (
    <section ref={box} className="duel-user" aria-label={`Both lists of ${user}`} data-testid="duel-user">
      <UserLists run={comparison.first} against={comparison.second} user={user} k={k} />
      <Button
        className="duel-user-close"
        size="small"
        variant="minimal"
        icon={<CrossIcon size={14} />}
        aria-label="Close the lists"
        onClick={onClose}
      />
    </section>
  );
}

interface DuelResultProps {
  comparison: RunComparison;
  k: string | undefined;
  user: string;
  onUser: (user: string) => void;
}

function DuelResult({ comparison, k, user, onUser }: DuelResultProps) {
  const rows = duelRows(comparison, k);
  const names = duelNames(comparison);
  const by = metricLabel(comparison.by);
  const moved = useRef<HTMLDivElement>(null);
  const close = () => {
    // The focus goes back to where the lists were opened from.
    moved.current?.querySelector<HTMLElement>('[aria-expanded="true"]')?.focus();
    onUser('');
  };
  const known = [...comparison.won, ...comparison.lost].some(({ userId }) => userId === user);
  return (
    <>
      <div className="panel-text duel-words" role="status">
        <p className="verdict" data-testid="duel-verdict">
          {verdictOfDuel(comparison)}
        </p>
        <p className="muted">{othersOfDuel(comparison, rows)}</p>
      </div>
      <DuelTable comparison={comparison} rows={rows} />
      <p className="panel-text muted table-note">
        {testsNote(rows.length)} Better and worse are users by {names[1]}; the figure shows the difference as a share of {names[0]}, hollow
        where it may be chance.
      </p>
      <UntestedTable comparison={comparison} k={k} />
      <div ref={moved} className="duel-moved">
        <Moved title={`Who wins most with ${names[1]}, by ${by}`} users={comparison.won} names={names} opened={user} onOpen={onUser} />
        <Moved title={`Who loses most with ${names[1]}, by ${by}`} users={comparison.lost} names={names} opened={user} onOpen={onUser} />
      </div>
      {known && <OpenedUser comparison={comparison} user={user} k={Number(ksOf([comparison.by])[0] ?? 10)} onClose={close} />}
    </>
  );
}

/** Why the engine does not compare two runs: no fault, but an answer. */
function Refusal({ message }: { message: string }) {
  const { headline, rest } = splitMessage(message);
  return (
    <div className="panel-text duel-refusal" role="status" data-testid="duel-refusal">
      <WarningSignIcon className="state-warning" size={14} />
      <div>
        <strong>{headline}</strong>
        {rest && <p>{rest}</p>}
      </div>
    </div>
  );
}

interface DuelProps {
  first: { id: string; label: string };
  second: { id: string; label: string };
  k: string | undefined;
  user: string;
  onUser: (user: string) => void;
  onSwap: () => void;
  onClose: () => void;
}

/** Two runs on the same users: which is better, how sure that is, and for whom. */
export function Duel({ first, second, k, user, onUser, onSwap, onClose }: DuelProps) {
  const answer = useOperation('run.compare', { first: first.id, second: second.id, limit: 10 });
  const refused = !answer.data && answer.error && ['conflict', 'unsupported'].includes(answer.error.code) ? answer.error : undefined;
  return (
    <Panel
      title={`${second.label} against ${first.label}`}
      note={answer.data && `on the same ${countOf(answer.data.users, 'test user')}`}
      flush
      testId="duel"
      actions={
        <>
          <Button size="small" variant="outlined" icon={<SwapHorizontalIcon size={14} />} text="Swap sides" onClick={onSwap} />
          <Button size="small" variant="minimal" icon={<CrossIcon size={14} />} aria-label="Close the duel" onClick={onClose} />
        </>
      }
    >
      {refused ? (
        <Refusal message={refused.message} />
      ) : (
        <Answered answer={answer} skeleton={<Skeleton rows={8} height={20} />}>
          {(comparison) => <DuelResult comparison={comparison} k={k} user={user} onUser={onUser} />}
        </Answered>
      )}
    </Panel>
  );
}
