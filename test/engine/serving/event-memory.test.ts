import { expect, test } from 'vitest';
import type { LoggedEvent } from '#contract/api/event-routes';
import { createEventMemory } from '../../../engine/serving/event-memory.ts';

let last = 0;
const event = (user_id: string, item_id = 'i', context: LoggedEvent['context'] = null): LoggedEvent => ({
  event_id: `e${++last}`,
  user_id,
  item_id,
  event_type: 'view',
  value: null,
  timestampMs: last,
  session_id: null,
  context,
});
const itemsOf = (events: Iterable<LoggedEvent>): string[] => Array.from(events, ({ item_id }) => item_id);

test('a user is known by items, by the newest events, and by a version that counts up by one', () => {
  const memory = createEventMemory();
  expect(memory.version('u')).toBe(0);
  for (const [i, item] of ['a', 'b', 'a'].entries()) {
    memory.remember(event('u', item));
    memory.remember(event('other', 'x'));
    expect(memory.version('u')).toBe(i + 1);
  }
  expect([...memory.itemsOf('u')]).toEqual(['a', 'b']);
  expect(itemsOf(memory.recentOf('u'))).toEqual(['a', 'b', 'a']);
  expect(itemsOf(memory.recentOf('u', 2))).toEqual(['a', 'b']);
  expect(memory.recentOf('u')[0]).toMatchObject({ event_type: 'view', timestampMs: expect.any(Number) });
  expect(itemsOf(memory.newest(3))).toEqual(['x', 'a', 'x']);
  expect(memory.recentOf('nobody')).toEqual([]);
});

test('one busy user crowds out nobody, and makes nothing grow', () => {
  const memory = createEventMemory({ events: 100, eventsPerUser: 10 });
  memory.remember(event('quiet', 'q'));
  for (let i = 0; i < 300; i++) memory.remember(event('busy', `i${i}`));
  expect(memory.size).toBe(11);
  expect(itemsOf(memory.all())).toEqual(['q', ...Array.from({ length: 10 }, (_, i) => `i${290 + i}`)]);
  expect([...memory.itemsOf('busy')]).toHaveLength(10);
  expect(memory.version('busy')).toBe(300);
  // Four times as many as are remembered came since: it is old.
  for (let i = 0; i < 200; i++) memory.remember(event('busy', 'again'));
  expect([...memory.itemsOf('quiet')]).toEqual([]);
  expect(itemsOf(memory.newest(100))).toEqual(Array.from({ length: 10 }, () => 'again'));
});

test('large contexts push out the oldest', () => {
  const memory = createEventMemory({ contextLength: 1000 });
  for (let i = 0; i < 20; i++) memory.remember(event('u', `i${i}`, { text: 'x'.repeat(189) }));
  expect(itemsOf(memory.all())).toEqual(['i15', 'i16', 'i17', 'i18', 'i19']);
});

test('a version never comes again for other events of the same user', () => {
  const memory = createEventMemory({ events: 2 });
  const seen = new Set<number>([memory.version('u')]);
  for (let round = 0; round < 5; round++) {
    const before = memory.version('u');
    memory.remember(event('u'));
    expect(memory.version('u')).toBe(before + 1);
    expect(seen).not.toContain(memory.version('u'));
    seen.add(memory.version('u'));
    for (let i = 0; i < 3; i++) memory.remember(event(`filler${i}`));
    expect([...memory.itemsOf('u')]).toEqual([]);
    expect(seen).not.toContain(memory.version('u'));
    seen.add(memory.version('u'));
  }
});

test('a walk over all meets what comes meanwhile, and is not confused by what is forgotten', () => {
  const memory = createEventMemory({ events: 4 });
  for (let i = 0; i < 4; i++) memory.remember(event('u', `i${i}`));
  const met: string[] = [];
  for (const { item_id } of memory.all()) {
    met.push(item_id);
    if (met.length <= 3) for (let i = 0; i < 2; i++) memory.remember(event('u', `new${met.length}${i}`));
  }
  expect(met).toEqual(['i0', 'i2', 'new10', 'new20', 'new21', 'new30', 'new31']);
});

test('a user who is forgotten leaves nothing, and who comes again is not taken for them', () => {
  const memory = createEventMemory();
  for (const item of ['a', 'b', 'c']) {
    memory.remember(event('u', item));
    memory.remember(event('other', item));
  }
  const before = memory.version('u');
  memory.forgetUser('u');
  expect([[...memory.itemsOf('u')], memory.recentOf('u'), memory.size]).toEqual([[], [], 3]);
  expect(itemsOf(memory.newest(10))).toEqual(['c', 'b', 'a']);
  expect(itemsOf(memory.all())).toEqual(['a', 'b', 'c']);
  expect(memory.version('u')).toBeGreaterThan(before);
  memory.forgetUser('nobody');
  memory.remember(event('u', 'd'));
  expect(memory.version('u')).toBeGreaterThan(before + 1);
  expect(itemsOf(memory.recentOf('u'))).toEqual(['d']);
});
