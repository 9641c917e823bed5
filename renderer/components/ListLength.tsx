import { SegmentedControl } from '@blueprintjs/core';

interface ListLengthProps {
  ks: readonly string[];
  k: string | undefined;
  onK: (k: string) => void;
}

/** Chooses for which length of list the metrics beside it are. */
export function ListLength({ ks, k, onK }: ListLengthProps) {
  return (
    <SegmentedControl
      size="small"
      aria-label="Length of the lists"
      value={k ?? ''}
      options={ks.map((value) => ({ value, label: `@${value}` }))}
      onValueChange={onK}
    />
  );
}
