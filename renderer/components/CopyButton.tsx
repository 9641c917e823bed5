import { Button } from '@blueprintjs/core';
import { ClipboardIcon, TickIcon } from '@blueprintjs/icons';
import { useEffect, useState } from 'react';
import { bridge } from '../client/bridge.ts';

/** Copies, and shows for a moment that it did. */
export function useCopied(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (text: string) => {
    bridge().copyText(text);
    setCopied(true);
  };
  return [copied, copy];
}

interface CopyButtonProps {
  text: string;
  /** What is copied, for the name of the button: `Copy address`. */
  label: string;
  /** Beside the icon: the label itself, or a shorter word for it. */
  showLabel?: boolean | string;
}

export function CopyButton({ text, label, showLabel = false }: CopyButtonProps) {
  const [copied, copy] = useCopied();
  return (
    <Button
      size="small"
      variant={showLabel ? 'outlined' : 'minimal'}
      icon={copied ? <TickIcon size={14} /> : <ClipboardIcon size={14} />}
      aria-label={copied ? 'Copied' : label}
      title={label}
      text={showLabel ? (copied ? 'Copied' : showLabel === true ? label : showLabel) : undefined}
      onClick={() => copy(text)}
    />
  );
}

/** An id in the code font; one click copies it. */
export function IdText({ id, label = 'id' }: { id: string; label?: string }) {
  const [copied, copy] = useCopied();
  return (
    <button
      type="button"
      className="id-text"
      title={copied ? 'Copied' : `Copy ${label}`}
      aria-label={`Copy ${label} ${id}`}
      onClick={() => copy(id)}
    >
      {copied ? 'copied' : id}
    </button>
  );
}
