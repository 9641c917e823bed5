import { Spinner } from '@blueprintjs/core';
import { WarningSignIcon } from '@blueprintjs/icons';
import { useStore } from '../store/store.ts';
import { engineText } from './status-text.ts';

/** Says that the engine is away, from the moment it is known until a new one answers. */
export function EngineBanner() {
  const engine = useStore((state) => state.engine);
  const connected = useStore((state) => state.connection > 0);
  const state = connected ? 'running' : engine.state === 'running' ? 'starting' : engine.state;
  const quiet = state === 'running';
  return (
    <div
      role="status"
      data-testid="engine-state"
      data-state={state}
      className={quiet ? 'engine-banner visually-hidden' : `engine-banner engine-${state}`}
    >
      {!quiet && (state === 'stopped' ? <WarningSignIcon size={14} /> : <Spinner size={14} />)}
      <span>{engineText({ ...engine, state })}</span>
      {!quiet && engine.detail && <span className="muted">{engine.detail}</span>}
    </div>
  );
}
