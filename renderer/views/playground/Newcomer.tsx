import { Button, InputGroup } from '@blueprintjs/core';
import { CrossIcon, SearchIcon } from '@blueprintjs/icons';
import type { ItemCard, Run } from '#contract/run';
import { useOperation } from '../../client/use-operation.ts';
import { attributesLine, titleOf } from '../../components/attributes.ts';
import { Item } from '../../components/ItemLists.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Empty } from '../../components/States.tsx';
import { RunList } from '../../components/UserLists.tsx';
import { countOf } from '../../format/numbers.ts';

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
  run: Run;
  against: Run | undefined;
  k: number;
  had: readonly ItemCard[];
  onHad: (had: ItemCard[]) => void;
}

/** Somebody whom no run ever met: what they were given, and what a run, or two, make of it. */
export function Newcomer({ run, against, k, had, onHad }: NewcomerProps) {
  const items = had.map(({ itemId }) => itemId);
  const asked = had.length > 0;
  const first = useOperation('run.newcomerView', asked ? { run: run.id, items, k } : null);
  const second = useOperation('run.newcomerView', asked && against ? { run: against.id, items, k } : null);
  const add = (item: ItemCard) => onHad([...had, item]);
  return (
    <div className={`${against ? 'columns-3' : 'columns-2'} user-lists`}>
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
      {asked ? (
        <>
          <RunList
            title={against ? run.label : 'Recommendations'}
            answer={first}
            other={against && { label: against.label, answer: second }}
            onAdd={add}
          />
          {against && <RunList title={against.label} answer={second} other={{ label: run.label, answer: first }} onAdd={add} />}
        </>
      ) : (
        [run, ...(against ? [against] : [])].map((one) => (
          <Panel key={one.id} title={against ? one.label : 'Recommendations'}>
            {null}
          </Panel>
        ))
      )}
    </div>
  );
}
