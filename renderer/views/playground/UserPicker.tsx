import { useOperation } from '../../client/use-operation.ts';
import { formatCount } from '../../format/numbers.ts';
import { Picker } from './Picker.tsx';

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
    <Picker
      title="User"
      what="Users"
      placeholder="Start of a user id"
      query={query}
      onQuery={onQuery}
      answer={users}
      nothing={`No user id starts with “${query}”.`}
      idOf={({ userId }) => userId}
    >
      {(entry) => (
        <button type="button" className="line-button" aria-pressed={entry.userId === user} onClick={() => onUser(entry.userId)}>
          <span className="grow code">{entry.userId}</span>
          <span className="muted" title={`${formatCount(entry.interactions)} interactions`}>
            {formatCount(entry.interactions)}
          </span>
        </button>
      )}
    </Picker>
  );
}
