import { Alert, Button } from '@blueprintjs/core';
import { CrossIcon, RepeatIcon } from '@blueprintjs/icons';
import { type Ref, useState } from 'react';
import type { ServedRequest, ServerAnswer, ServerStatus } from '#contract/server';
import { engine } from '../../../client/connect.ts';
import { useAction } from '../../../client/use-action.ts';
import { CopyButton, IdText } from '../../../components/CopyButton.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { formatMilliseconds } from '../../../format/numbers.ts';
import { prettyBody } from '../../../format/text.ts';
import { AnswerStatus } from '../AnswerStatus.tsx';
import { CopyAs } from '../CopyAs.tsx';
import { snippetHeaders } from '../client-code.ts';
import { StatusText } from '../StatusText.tsx';
import { clockText, repeatsAChange, routeText, sourceText, wholeBody, whyNotAgain } from './request-log.ts';

function Body({ title, text, nothing }: { title: string; text: string | null; nothing: string }) {
  return (
    <div className="code-block">
      <div className="code-head">
        <span>{title}</span>
        {text && <CopyButton label={`Copy ${title.toLowerCase()}`} text={text} />}
      </div>
      {text ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        <pre tabIndex={0}>{prettyBody(text)}</pre>
      ) : (
        <p className="muted">{nothing}</p>
      )}
    </div>
  );
}

function Facts({ request }: { request: ServedRequest }) {
  const facts: [string, string][] = [
    ['Time', clockText(request.time)],
    ['Latency', formatMilliseconds(request.durationMs)],
    ['Source', sourceText(request) || 'none'],
    ['Caller', request.caller || 'nobody'],
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>Request id</dt>
        <dd>
          <IdText id={request.requestId} label="request id" />
        </dd>
      </div>
      <div className="whole">
        <dt>Route</dt>
        <dd>{routeText(request.route)}</dd>
      </div>
    </dl>
  );
}

/** Sends the request once more; one that changes something only after a question. */
function Replay({ request, running }: { request: ServedRequest; running: boolean }) {
  const [asking, setAsking] = useState(false);
  const [answer, setAnswer] = useState<ServerAnswer>();
  const replay = useAction(async () => {
    const { method, target } = request;
    const body = wholeBody(request);
    const sent = { method: method as 'GET' | 'POST' | 'DELETE', path: target, ...(body === undefined ? {} : { body }) };
    setAnswer(await engine.call('server.send', sent));
  });
  const obstacle = running ? whyNotAgain(request) : 'No server is running.';
  return (
    <>
      <div className="button-row">
        <Button
          size="small"
          variant="outlined"
          icon={<RepeatIcon size={14} />}
          text="Send again"
          loading={replay.busy}
          disabled={obstacle !== undefined}
          title={obstacle}
          onClick={() => (repeatsAChange(request) ? setAsking(true) : replay.run())}
        />
        {answer && <AnswerStatus answer={answer} />}
      </div>
      {obstacle && running && <p className="muted">{obstacle}</p>}
      {replay.error && <ErrorNote error={replay.error} />}
      {answer && <Body title="Answer now" text={answer.body} nothing="An empty answer." />}
      <Alert
        isOpen={asking}
        cancelButtonText="Cancel"
        confirmButtonText="Send again"
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          void replay.run();
        }}
        canEscapeKeyCancel
        transitionDuration={0}
      >
        <p>
          {request.method} {request.target} may change what the server keeps. An event with an id of its own is taken only once; one without
          is counted again.
        </p>
      </Alert>
    </>
  );
}

interface RequestDetailProps {
  request: ServedRequest;
  status: ServerStatus;
  onClose: () => void;
  ref: Ref<HTMLElement>;
}

/** One request: what came, what was answered, and the ways to send it again. */
export function RequestDetail({ request, status, onClose, ref }: RequestDetailProps) {
  const url = `${status.url ?? 'http://127.0.0.1:8000'}${request.target}`;
  return (
    <section
      ref={ref}
      className="panel request-detail"
      tabIndex={-1}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      aria-label={`${request.method} ${request.target}`}
      data-testid="request-detail"
    >
      <header className="panel-head">
        <StatusText status={request.status} />
        <code className="grow" title={`${request.method} ${request.target}`}>
          {request.method} {request.target}
        </code>
        <Button size="small" variant="minimal" icon={<CrossIcon size={14} />} aria-label="Close details" onClick={onClose} />
      </header>
      <div className="panel-body">
        <Facts request={request} />
        <CopyAs
          request={{
            method: request.method,
            url,
            headers: snippetHeaders(request.sent, status.auth),
            body: wholeBody(request),
          }}
        />
        <Replay request={request} running={status.state === 'running'} />
        {request.method !== 'GET' && <Body title="Sent" text={request.sent} nothing="No body was sent, or it was not kept." />}
        <Body title="Answer" text={request.answer} nothing="The answer was not kept." />
      </div>
    </section>
  );
}
