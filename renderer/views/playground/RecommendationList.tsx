import { Button } from '@blueprintjs/core';
import { PlusIcon } from '@blueprintjs/icons';
import type { ItemCard, UserView } from '#contract/run';
import { IdText } from '../../components/CopyButton.tsx';
import { attributesLine, titleOf } from './attributes.ts';

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

interface RecommendationListProps {
  recommendations: UserView['recommendations'];
  /** Where somebody is being made up: an item can be given to them. */
  onAdd?: (item: ItemCard) => void;
}

/** What a run would show, by rank. */
export function RecommendationList({ recommendations, onAdd }: RecommendationListProps) {
  return (
    <ol className="item-list" aria-label="Recommendations" data-testid="playground-recommendations">
      {recommendations.map((entry) => (
        <li key={entry.item.itemId}>
          <span className="item-rank">{entry.rank}</span>
          <Item item={entry.item} />
          <span className="item-side number" title={`Score ${entry.score}`}>
            <span>{entry.score.toFixed(4)}</span>
            {entry.later && (
              <span className="muted" title="The user took this item after the time that the run learned from">
                ✓ taken later
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
      ))}
    </ol>
  );
}
