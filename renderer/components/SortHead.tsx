import { CaretDownIcon, CaretUpIcon } from '@blueprintjs/icons';
import type { ReactNode } from 'react';
import type { Sorting } from './sorting.ts';

interface SortHeadProps {
  /** The column's own sorting when it is chosen first. */
  first: Sorting;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  children: ReactNode;
  title?: string | undefined;
  number?: boolean;
}

/** The head of a column; a click sorts by it, another turns the order round. */
export function SortHead({ first, sorting, onSort, children, title, number = false }: SortHeadProps) {
  const active = sorting.by === first.by;
  return (
    <th scope="col" className={number ? 'number' : ''} aria-sort={active ? (sorting.descending ? 'descending' : 'ascending') : 'none'}>
      <button
        type="button"
        className="sort-button"
        title={title}
        onClick={() => onSort(active ? { by: first.by, descending: !sorting.descending } : first)}
      >
        {children}
        {active && (sorting.descending ? <CaretDownIcon size={12} /> : <CaretUpIcon size={12} />)}
      </button>
    </th>
  );
}
