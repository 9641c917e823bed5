import type { ServerStatus } from '#contract/server';

const stateWords: Record<ServerStatus['state'], string> = { stopped: 'Off', starting: 'Starting', running: 'Serving', failed: 'Failed' };

interface SwitchProps {
  state: ServerStatus['state'];
  busy: boolean;
  disabled: boolean;
  onChange: (on: boolean) => void;
}

/** The large switch of the server. */
export function Switch({ state, busy, disabled, onChange }: SwitchProps) {
  const on = state === 'running' || state === 'starting';
  return (
    <button
      type="button"
      role="switch"
      className="serve-switch"
      aria-checked={on}
      aria-label="Serving"
      aria-busy={busy || state === 'starting'}
      disabled={disabled || busy || state === 'starting'}
      data-testid="serve-switch"
      onClick={() => onChange(!on)}
    >
      <span className="serve-switch-track" aria-hidden="true">
        <span className="serve-switch-knob" />
      </span>
      <span className="serve-switch-label">{busy ? (on ? 'Stopping' : 'Starting') : stateWords[state]}</span>
    </button>
  );
}
