import { bridge } from '../client/bridge.ts';
import { isActive } from '../format/job.ts';
import { openView, useStore } from '../store/store.ts';
import { views } from '../views/views.ts';
import { keyText } from './keyboard.ts';

/** What goes on in a view that is not on the screen, in words for its dot. */
function useActivity(): Record<string, string | undefined> {
  const jobs = useStore((state) => Object.values(state.jobs).filter(isActive).length);
  const serving = useStore((state) => state.server?.state === 'running');
  return { jobs: jobs ? `${jobs} running` : undefined, serve: serving ? 'serving' : undefined };
}

export function Navigation() {
  const current = useStore((state) => state.view);
  const activity = useActivity();
  return (
    <nav className="navigation" aria-label="Views">
      {views.map((view) => (
        <button
          key={view.id}
          type="button"
          className="nav-item"
          data-testid={`nav-${view.id}`}
          aria-current={view.id === current ? 'page' : undefined}
          title={`${view.title} (${keyText(bridge().platform, String(view.order))})`}
          onClick={() => openView(view.id)}
        >
          <view.icon size={16} />
          <span>{view.title}</span>
          {activity[view.id] && <span className="nav-dot" role="img" aria-label={activity[view.id]} title={activity[view.id]} />}
        </button>
      ))}
    </nav>
  );
}
