import type { Run, UserView } from '#contract/run';
import { type Answer, useOperation } from '../client/use-operation.ts';
import { formatCount } from '../format/numbers.ts';
import { formatValue } from '../format/text.ts';
import { HistoryList, type OtherList, RecommendationList } from './ItemLists.tsx';
import { Panel } from './Panel.tsx';
import { ranksOf, sharedText } from './ranks.ts';
import { Answered, Skeleton } from './States.tsx';

type Lists = Pick<UserView, 'recommendations' | 'source'>;

interface RunListProps {
  title: string;
  answer: Answer<Lists>;
  /** The list beside this one, and whose it is. */
  other?: { label: string; answer: Answer<Lists> } | undefined;
  /** What else there is to know, where there is room. */
  note?: string | undefined;
  onAdd?: (item: UserView['recommendations'][number]['item']) => void;
}

/** What one run recommends, and which of it the run beside it recommends too. */
export function RunList({ title, answer, other, note, onAdd }: RunListProps) {
  const beside = other?.answer.data?.recommendations;
  const own = answer.data?.recommendations;
  const marks: OtherList | undefined = other && beside ? { label: other.label, ranks: ranksOf(beside) } : undefined;
  const shared = own && beside ? sharedText(own, beside) : undefined;
  const source = own?.length && answer.data?.source !== title ? `from ${answer.data?.source}` : '';
  return (
    <Panel title={title} note={[shared, source, own?.length ? note : ''].filter(Boolean).join('; ')} flush>
      <Answered answer={answer} skeleton={<Skeleton rows={10} height={32} />}>
        {({ recommendations, source: why }) =>
          recommendations.length === 0 ? (
            <p className="panel-text muted">{why}</p>
          ) : (
            <RecommendationList recommendations={recommendations} label={title} other={marks} onAdd={onAdd} />
          )
        }
      </Answered>
    </Panel>
  );
}

/** How much is shown, and of how much of it the run learned. */
function historyNote(history: UserView['history'], of: string | undefined): string {
  const trained = history.filter((entry) => entry.trained).length;
  const learned = trained === history.length ? '' : `, ${formatCount(trained)} trained on${of === undefined ? '' : ` by ${of}`}`;
  return `newest first, ${formatCount(history.length)} shown${learned}`;
}

interface UserListsProps {
  run: Pick<Run, 'id' | 'label'>;
  against: Pick<Run, 'id' | 'label'> | undefined;
  user: string;
  k: number;
}

/** What the user did, newest first, beside what a run recommends, or two. */
export function UserLists({ run, against, user, k }: UserListsProps) {
  const first = useOperation('run.userView', { run: run.id, user, k }, ['data']);
  const second = useOperation('run.userView', against ? { run: against.id, user, k } : null, ['data']);
  const known = first.data ?? second.data;
  const attributes = Object.entries(known?.attributes ?? {}).filter(
    ([, value]) => formatValue(value) !== '' && formatValue(value) !== user,
  );
  return (
    <>
      <Panel title={user} className="user-facts">
        {known && attributes.length === 0 ? (
          <span className="muted">No attributes.</span>
        ) : (
          attributes.map(([name, value]) => (
            <span key={name}>
              <span className="muted">{name}</span> {formatValue(value)}
            </span>
          ))
        )}
      </Panel>
      <div className={`${against ? 'columns-3' : 'columns-2'} user-lists`}>
        <Panel title="History" note={known && historyNote(known.history, against && run.label)} flush>
          <Answered answer={first.data || !second.data ? first : second} skeleton={<Skeleton rows={10} height={32} />}>
            {({ history }) => <HistoryList history={history} />}
          </Answered>
        </Panel>
        <RunList
          title={against ? run.label : 'Recommendations'}
          answer={first}
          note={against ? undefined : 'training items left out'}
          other={against && { label: against.label, answer: second }}
        />
        {against && <RunList title={against.label} answer={second} other={{ label: run.label, answer: first }} />}
      </div>
    </>
  );
}
