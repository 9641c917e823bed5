import type { UserView } from '#contract/run';
import { Panel } from '../../components/Panel.tsx';
import { countOf } from '../../format/numbers.ts';
import { formatValue } from '../../format/text.ts';
import { formatAge, formatMoment } from '../../format/time.ts';
import { useNow } from '../../store/use-now.ts';
import { Item, RecommendationList } from './RecommendationList.tsx';

/** What the user did, newest first, beside what the run recommends. */
export function UserLists({ view }: { view: UserView }) {
  const now = useNow(60_000);
  const attributes = Object.entries(view.attributes).filter(([, value]) => formatValue(value) !== '' && formatValue(value) !== view.userId);
  return (
    <>
      <Panel title={view.userId} className="user-facts">
        {attributes.length === 0 ? (
          <span className="muted">No attributes.</span>
        ) : (
          attributes.map(([name, value]) => (
            <span key={name}>
              <span className="muted">{name}</span> {formatValue(value)}
            </span>
          ))
        )}
      </Panel>
      <div className="columns-2 user-lists">
        <Panel title="History" note={`newest first, ${countOf(view.history.length, 'interaction')} shown`} flush>
          {view.history.length === 0 ? (
            <p className="panel-text muted">No interactions: this user is new.</p>
          ) : (
            <ol className="item-list" aria-label="History">
              {view.history.map((entry, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the same item may stand there twice.
                <li key={index}>
                  <Item item={entry.item} />
                  <span className="item-side">
                    <span>
                      {entry.eventType}
                      {entry.value === null ? '' : ` ${entry.value}`}
                    </span>
                    {entry.timestamp && (
                      <time className="muted" dateTime={entry.timestamp} title={formatMoment(entry.timestamp)}>
                        {formatAge(entry.timestamp, now)}
                      </time>
                    )}
                  </span>
                </li>
              ))}
            </ol>
          )}
        </Panel>
        <Panel
          title="Recommendations"
          note={view.recommendations.length ? `from ${view.source}; what it was trained on is left out` : ''}
          flush
        >
          {view.recommendations.length === 0 ? (
            <p className="panel-text muted">{view.source}</p>
          ) : (
            <RecommendationList recommendations={view.recommendations} />
          )}
        </Panel>
      </div>
    </>
  );
}
