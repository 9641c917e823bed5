import { InputGroup } from '@blueprintjs/core';
import { SearchIcon } from '@blueprintjs/icons';
import type { ReactNode } from 'react';
import type { Answer } from '../../client/use-operation.ts';
import { Panel } from '../../components/Panel.tsx';
import { Answered } from '../../components/States.tsx';

interface PickerProps<T> {
  title: string;
  /** What is picked, in the plural: users, items. */
  what: string;
  placeholder: string;
  query: string;
  onQuery: (query: string) => void;
  answer: Answer<T[]>;
  /** Said where nothing is found. */
  nothing: string;
  idOf: (entry: T) => string;
  /** One button that picks the entry. */
  children: (entry: T) => ReactNode;
}

/** A search and the list of what it finds, each to be picked by a click. */
export function Picker<T>({ title, what, placeholder, query, onQuery, answer, nothing, idOf, children }: PickerProps<T>) {
  return (
    <Panel title={title} flush className="user-picker">
      <div className="panel-text">
        <InputGroup
          leftElement={<SearchIcon size={14} className="input-icon" />}
          placeholder={placeholder}
          aria-label={`Search ${what.toLowerCase()}`}
          value={query}
          onValueChange={onQuery}
        />
      </div>
      <Answered answer={answer}>
        {(list) =>
          list.length === 0 ? (
            <p className="panel-text muted">{nothing}</p>
          ) : (
            <ul className="user-list" aria-label={what}>
              {list.map((entry) => (
                <li key={idOf(entry)}>{children(entry)}</li>
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}
