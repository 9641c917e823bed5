/** A statement within a text: from its first sign to the one after its last. */
export interface Span {
  from: number;
  to: number;
}

/** The statements of a text, parted by semicolons that stand in no quotes, comments or dollar quotes. */
export function statementsOf(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  let at = 0;
  const end = (to: number) => {
    if (text.slice(from, to).trim() !== '') spans.push({ from: from + (/^\s*/.exec(text.slice(from, to))?.[0].length ?? 0), to });
    from = to + 1;
  };
  while (at < text.length) {
    const sign = text[at] as string;
    if (sign === "'" || sign === '"') {
      const close = text.indexOf(sign, at + 1);
      at = close < 0 ? text.length : close + 1;
    } else if (text.startsWith('--', at)) {
      const close = text.indexOf('\n', at);
      at = close < 0 ? text.length : close + 1;
    } else if (text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2);
      at = close < 0 ? text.length : close + 2;
    } else if (sign === '$') {
      const tag = /^\$([A-Za-z_]*)\$/.exec(text.slice(at))?.[0];
      const close = tag === undefined ? at : text.indexOf(tag, at + tag.length);
      at = tag === undefined ? at + 1 : close < 0 ? text.length : close + tag.length;
    } else {
      if (sign === ';') end(at);
      at++;
    }
  }
  end(text.length);
  return spans;
}

/** What is run: the selection where there is one, else the statement that the cursor is in or right behind. */
export function statementToRun(text: string, selection: Span): string {
  if (selection.to > selection.from && text.slice(selection.from, selection.to).trim() !== '')
    return text.slice(selection.from, selection.to).trim();
  const spans = statementsOf(text);
  const under = spans.find(({ from, to }) => selection.from >= from && selection.from <= to + 1);
  const before = spans.filter(({ to }) => to < selection.from).at(-1);
  const chosen = under ?? before ?? spans[0];
  return chosen ? text.slice(chosen.from, chosen.to).trim() : '';
}
