import { Button, InputGroup } from '@blueprintjs/core';
import { CrossIcon, SearchIcon } from '@blueprintjs/icons';
import type { ItemCard } from '#contract/run';
import { useOperation } from '../../client/use-operation.ts';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Empty, Skeleton } from '../../components/States.tsx';
import { countOf } from '../../format/numbers.ts';
import { attributesLine, titleOf } from './attributes.ts';
import { Item, RecommendationList } from './RecommendationList.tsx';

interface ItemPickerProps {
  run: string;
  query: string;
  had: readonly ItemCard[];
  onQuery: (query: string) => void;
  onAdd: (item: ItemCard) => void;
}

/** Items by a part of their id or of their words; a click gives one to the newcomer. */
export function ItemPicker({ run, query, had, onQuery, onAdd }: ItemPickerProps) {
  const items = useOperation('run.items', { run, query, limit: 50 }, ['data']);
  const open = (list: readonly ItemCard[]) => list.filter(({ itemId }) => !had.some((other) => other.itemId === itemId));
  return (
    <Panel title="Items" flush className="user-picker">
      <div className="panel-text">
        <InputGroup
          leftElement={<SearchIcon size={14} className="input-icon" />}
          placeholder="Part of a title or an id"
          aria-label="Search items"
          value={query}
          onValueChange={onQuery}
        />
      </div>
      <Answered answer={items}>
        {(list) =>
          open(list).length === 0 ? (
            <p className="panel-text muted">The run knows no other item with “{query}”.</p>
          ) : (
            <ul className="user-list" aria-label="Items">
              {open(list).map((item) => (
                <li key={item.itemId}>
                  <button
                    type="button"
                    className="line-button"
                    title={attributesLine(item.itemId, item.attributes)}
                    onClick={() => onAdd(item)}
                  >
                    <span className="grow clip">{titleOf(item.itemId, item.attributes)}</span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}

interface NewcomerProps {
  run: string;
  k: number;
  had: readonly ItemCard[];
  onHad: (had: ItemCard[]) => void;
}

/** Somebody whom the run never met: what they were given, and what the run makes of it. */
export function Newcomer({ run, k, had, onHad }: NewcomerProps) {
  const items = had.map(({ itemId }) => itemId);
  const view = useOperation('run.newcomerView', had.length > 0 ? { run, items, k } : null);
  return (
    <div className="columns-2 user-lists">
      <Panel
        title="Has"
        note={had.length > 0 ? `${countOf(had.length, 'item')}, oldest first` : ''}
        flush
        actions={had.length > 0 && <Button size="small" variant="outlined" text="Clear" onClick={() => onHad([])} />}
      >
        {had.length === 0 ? (
          <Empty>Pick items on the left: whoever has them is recommended something at once, without a training.</Empty>
        ) : (
          <ol className="item-list" aria-label="Has">
            {had.map((item) => (
              <li key={item.itemId}>
                <Item item={item} />
                <Button
                  size="small"
                  variant="minimal"
                  icon={<CrossIcon size={14} />}
                  aria-label={`Take ${titleOf(item.itemId, item.attributes)} away`}
                  onClick={() => onHad(had.filter((other) => other !== item))}
                />
              </li>
            ))}
          </ol>
        )}
      </Panel>
      <Panel title="Recommendations" note={had.length > 0 && view.data ? `from ${view.data.source}` : ''} flush>
        {had.length > 0 && (
          <Answered answer={view} skeleton={<Skeleton rows={10} height={32} />}>
            {({ recommendations }) => <RecommendationList recommendations={recommendations} onAdd={(item) => onHad([...had, item])} />}
          </Answered>
        )}
      </Panel>
    </div>
  );
}
