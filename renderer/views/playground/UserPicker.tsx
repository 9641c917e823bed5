import { InputGroup } from '@blueprintjs/core';
import { SearchIcon } from '@blueprintjs/icons';
import { useOperation } from '../../client/use-operation.ts';
import { Panel } from '../../components/Panel.tsx';
import { Answered } from '../../components/States.tsx';
import { formatCount } from '../../format/numbers.ts';

interface UserPickerProps {
  query: string;
  user: string;
  onQuery: (query: string) => void;
  onUser: (user: string) => void;
}

/** Users by the start of their id. */
export function UserPicker({ query, user, onQuery, onUser }: UserPickerProps) {
  const users = useOperation('run.users', { query, limit: 50 }, ['data']);
  return (
    <Panel title="User" flush className="user-picker">
      <div className="panel-text">
        <InputGroup
          leftElement={<SearchIcon size={14} className="input-icon" />}
          placeholder="Start of a user id"
          aria-label="Search users"
          value={query}
          onValueChange={onQuery}
        />
      </div>
      <Answered answer={users}>
        {(list) =>
          list.length === 0 ? (
            <p className="panel-text muted">No user id starts with “{query}”.</p>
          ) : (
            <ul className="user-list" aria-label="Users">
              {list.map((entry) => (
                <li key={entry.userId}>
                  <button type="button" className="line-button" aria-pressed={entry.userId === user} onClick={() => onUser(entry.userId)}>
                    <span className="grow code">{entry.userId}</span>
                    <span className="muted" title={`${formatCount(entry.interactions)} interactions`}>
                      {formatCount(entry.interactions)}
                    </span>
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
