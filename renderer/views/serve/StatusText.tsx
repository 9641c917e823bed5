import { ErrorIcon, TickCircleIcon } from '@blueprintjs/icons';

/** An HTTP status: with an icon, so that colour does not say it alone. */
export function StatusText({ status }: { status: number }) {
  const good = status < 400;
  return (
    <span className={good ? 'http-status' : 'http-status state-danger'}>
      {good ? <TickCircleIcon size={12} className="state-good" /> : <ErrorIcon size={12} />}
      {status}
    </span>
  );
}
