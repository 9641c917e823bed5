import { EngineError } from '#contract/errors';

export type Operator = ':' | '!=' | '<' | '<=' | '>' | '>=';

/** What a filter says, as a tree. */
export type Condition =
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; name: string; operator: Operator; values: string[] };

interface Token {
  kind: 'word' | 'quoted' | 'operator' | '(' | ')' | ',' | 'end';
  text: string;
  /** Position in the text, from 1. */
  at: number;
}

const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|(<=|>=|!=|[:=<>])|([(),])|([^\s"(),:=<>!]+))/y;
const deepest = 20;

function refuse(text: string, at: number, why: string): never {
  const place = at > text.length ? 'at its end' : `at character ${at} (${JSON.stringify(text.slice(at - 1, at + 19))})`;
  throw new EngineError(
    'invalid_input',
    `The filter is not understood ${place}: ${why}. Write it like category:video AND difficulty<3; texts with spaces go in double quotes.`,
    { field: 'filter', column: at },
  );
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  while (text.slice(from).trim() !== '') {
    pattern.lastIndex = from;
    const found = pattern.exec(text);
    const start = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0) + 1;
    if (!found) return refuse(text, start, 'a quote is not closed, or a sign stands where none can');
    from = pattern.lastIndex;
    const [, quoted, operator, mark, word] = found;
    if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replace(/\\(.)/g, '$1'), at: start });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator === '=' ? ':' : operator, at: start });
    else if (mark !== undefined) tokens.push({ kind: mark as '(' | ')' | ',', text: mark, at: start });
    else tokens.push({ kind: 'word', text: word as string, at: start });
  }
  tokens.push({ kind: 'end', text: '', at: text.length + 1 });
  return tokens;
}

/**
 * Reads a filter: comparisons `name:value`, `name!=value`, `name<3` (also <=, >, >=) and `name IN (a, b)`, joined by AND, OR, NOT and parentheses;
 * AND binds closer than OR. A list has a value where one of its members is it. Throws `invalid_input` that says where it is not understood.
 */
export function parseFilter(text: string): Condition {
  const tokens = tokensOf(text);
  let next = 0;
  const peek = (): Token => tokens[next] as Token;
  const take = (): Token => tokens[next++] as Token;
  const isWord = (word: string): boolean => peek().kind === 'word' && peek().text.toUpperCase() === word;
  const wordOrQuoted = (): string => {
    const token = take();
    if (token.kind !== 'word' && token.kind !== 'quoted') refuse(text, token.at, 'a value is missing');
    return token.text;
  };

  const comparison = (): Condition => {
    const name = take();
    if (name.kind !== 'word' && name.kind !== 'quoted') refuse(text, name.at, 'the name of an attribute is missing');
    if (isWord('IN')) {
      take();
      if (peek().kind !== '(') refuse(text, peek().at, 'IN is followed by values in parentheses');
      const values: string[] = [];
      do {
        take();
        values.push(wordOrQuoted());
      } while (peek().kind === ',');
      if (take().kind !== ')') refuse(text, (tokens[next - 1] as Token).at, 'the parenthesis of IN is not closed');
      return { kind: 'compare', name: name.text, operator: ':', values };
    }
    const operator = take();
    if (operator.kind !== 'operator') refuse(text, operator.at, 'one of : != < <= > >= or IN is missing');
    return { kind: 'compare', name: name.text, operator: operator.text as Operator, values: [wordOrQuoted()] };
  };

  const single = (depth: number): Condition => {
    if (depth > deepest) refuse(text, peek().at, `it is nested more than ${deepest} deep`);
    if (isWord('NOT')) {
      take();
      return { kind: 'not', part: single(depth + 1) };
    }
    if (peek().kind !== '(') return comparison();
    take();
    const inner = either(depth + 1);
    const end = take();
    if (end.kind !== ')') refuse(text, end.at, 'a parenthesis is not closed');
    return inner;
  };

  const joined = (word: 'AND' | 'OR', part: () => Condition): Condition => {
    const parts = [part()];
    while (isWord(word)) {
      take();
      parts.push(part());
    }
    return parts.length === 1 ? (parts[0] as Condition) : { kind: word === 'AND' ? 'and' : 'or', parts };
  };
  const all = (depth: number): Condition => joined('AND', () => single(depth));
  const either = (depth: number): Condition => joined('OR', () => all(depth));

  const whole = either(0);
  if (peek().kind !== 'end') refuse(text, peek().at, 'AND or OR is missing');
  return whole;
}
