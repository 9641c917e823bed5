import { Button } from '@blueprintjs/core';
import { CrossIcon } from '@blueprintjs/icons';
import type { ItemCard, Run } from '#contract/run';
import { useOperation } from '../../client/use-operation.ts';
import { attributesLine, titleOf } from '../../components/attributes.ts';
import { Item } from '../../components/ItemLists.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Empty } from '../../components/States.tsx';
import { RunList } from '../../components/UserLists.tsx';
import { countOf } from '../../format/numbers.ts';
import { Picker } from './Picker.tsx';

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
  const open = items.data?.filter(({ itemId }) => !had.some((other) => other.itemId === itemId));
  return (
    <Picker
      title="Items"
      what="Items"
      placeholder="Part of a title or an id"
      query={query}
      onQuery={onQuery}
      answer={{ ...items, data: open }}
      nothing={`The run knows no other item with “${query}”.`}
      idOf={({ itemId }) => itemId}
    >
      {(item) => (
        <button type="button" className="line-button" title={attributesLine(item.itemId, item.attributes)} onClick={() => onAdd(item)}>
          <span className="grow clip">{titleOf(item.itemId, item.attributes)}</span>
        </button>
      )}
    </Picker>
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
