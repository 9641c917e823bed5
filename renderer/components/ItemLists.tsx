import { Button } from '@blueprintjs/core';
import { PlusIcon } from '@blueprintjs/icons';
import type { ItemCard, UserView } from '#contract/run';
import { formatAge, formatMoment } from '../format/time.ts';
import { useNow } from '../store/use-now.ts';
import { attributesLine, titleOf } from './attributes.ts';
import { IdText } from './CopyButton.tsx';

export function Item({ item }: { item: ItemCard }) {
  const title = titleOf(item.itemId, item.attributes);
  const line = attributesLine(item.itemId, item.attributes);
  return (
    <div className="item-card">
      <span className="item-title">
        {title !== item.itemId && <strong title={title}>{title}</strong>}
        <IdText id={item.itemId} label="item id" />
      </span>
      <span className="item-attributes" title={line}>
        {line}
      </span>
    </div>
  );
}

/** Another list of the same person, to mark what both have. */
export interface OtherList {
  label: string;
  ranks: ReadonlyMap<string, number>;
}

interface RecommendationListProps {
  recommendations: UserView['recommendations'];
  /** Whose list it is, where several stand side by side. */
  label?: string;
  other?: OtherList | undefined;
  /** Where somebody is being made up: an item can be given to them. */
  onAdd?: ((item: ItemCard) => void) | undefined;
}

/** What a run would show, by rank; what the user took later is marked, and what another list has too. */
export function RecommendationList({ recommendations, label = 'Recommendations', other, onAdd }: RecommendationListProps) {
  return (
    <ol className="item-list" aria-label={label} data-testid="playground-recommendations">
      {recommendations.map((entry) => {
        const also = other?.ranks.get(entry.item.itemId);
        return (
          <li key={entry.item.itemId} className={also === undefined ? '' : 'in-both'}>
            <span className="item-rank">{entry.rank}</span>
            <Item item={entry.item} />
            <span className="item-side number" title={`Score ${entry.score}`}>
              {/* Scores of two models do not compare. */}
              {!other && <span>{entry.score.toFixed(4)}</span>}
              {entry.later && (
                <span className="state-good" title="A hit: the user took this item after the time that the run learned from">
                  ✓ taken later
                </span>
              )}
              {also !== undefined && (
                <span className="muted" title={`${other?.label} has this item at rank ${also}`}>
                  both, #{also}
                  <span className="visually-hidden"> in {other?.label}</span>
                </span>
              )}
            </span>
            {onAdd && (
              <Button
                size="small"
                variant="minimal"
                icon={<PlusIcon size={14} />}
                aria-label={`They have ${titleOf(entry.item.itemId, entry.item.attributes)} too`}
                onClick={() => onAdd(entry.item)}
              />
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** What the user did, newest first. */
export function HistoryList({ history }: { history: UserView['history'] }) {
  const now = useNow(60_000);
  if (history.length === 0) return <p className="panel-text muted">No interactions: this user is new.</p>;
  return (
    <ol className="item-list" aria-label="History">
      {history.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same item may stand there twice.
        <li key={index}>
          <Item item={entry.item} />
          <span className="item-side">
            <span>
              {entry.eventType}
              {entry.value === null ? '' : ` ${entry.value}`}
            </span>
            <span className="muted">
              {!entry.trained && (
                <span title="The run did not learn from this: it was held out for the test, does not count as positive, or came after the training">
                  not trained on{entry.timestamp ? ' · ' : ''}
                </span>
              )}
              {entry.timestamp && (
                <time dateTime={entry.timestamp} title={formatMoment(entry.timestamp)}>
                  {formatAge(entry.timestamp, now)}
                </time>
              )}
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}
