import { useEffect, useRef } from 'react';
import type { LogLine } from '#contract/job';
import { formatMoment } from '../format/time.ts';

/** A growing log; follows its end while the reader is there. */
export function LogView({ lines }: { lines: readonly LogLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is the reason to scroll.
  useEffect(() => {
    if (follow.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines.length]);
  return (
    <div
      ref={box}
      className="log"
      role="log"
      aria-label="Log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
      tabIndex={0}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        follow.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {lines.length === 0 && <p className="muted">No lines yet.</p>}
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end.
        <div key={index} className={`log-line log-${line.level}`}>
          <time dateTime={line.at} title={formatMoment(line.at)}>
            {new Date(line.at).toLocaleTimeString('en-GB')}
          </time>
          {line.level !== 'info' && <strong>{line.level}</strong>}
          <span>{line.text}</span>
        </div>
      ))}
    </div>
  );
}
