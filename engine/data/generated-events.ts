import { createRandom, type Random } from '../math/random.ts';
import { Chooser } from './generated-choice.ts';
import { days, firstMomentMs, periodSeconds, type SessionPlan } from './generated-sessions.ts';
import type { World } from './generated-world.ts';

export interface GeneratedEvent {
  user: number;
  item: number;
  /** Position in `eventTypes`. */
  type: number;
  /** Percent of the content that was seen; -1 where the event tells nothing of it. */
  seen: number;
  timestampMs: number;
  session: number;
}

/** Which items each user met, in the order of meeting. */
export interface Consumption {
  offsets: Float64Array;
  counts: Int32Array;
  items: Int32Array;
}

/** Seconds that a session may reach beyond its start. */
const horizon = 1 << 15;

/**
 * Plays all sessions and yields their events in the order of time; no two have the same time while fewer than a thousand fall into one second.
 * `consumed` takes what each user meets.
 */
export function* playSessions(
  world: World,
  plan: SessionPlan,
  seed: number,
  consumed: Consumption,
  poolSize?: number,
): Generator<GeneratedEvent> {
  const random = createRandom(seed, 'events');
  const chooser = new Chooser(world, random, poolSize);
  const agenda = new Agenda();
  let day = -1;
  for (let session = 0; session < plan.count; session++) {
    const start = plan.starts[session] as number;
    yield* agenda.until(start);
    const today = Math.floor((start * days) / periodSeconds);
    if (today !== day) chooser.setTime((today + 0.5) / days);
    day = today;
    playSession(
      world,
      chooser,
      random,
      agenda,
      { session, start, user: plan.users[session] as number, size: plan.sizes[session] as number },
      consumed,
    );
  }
  yield* agenda.until(periodSeconds + horizon);
}

interface Visit {
  session: number;
  start: number;
  user: number;
  size: number;
}

function playSession(world: World, chooser: Chooser, random: Random, agenda: Agenda, visit: Visit, consumed: Consumption): void {
  const { user, start } = visit;
  chooser.setUser(user, start / periodSeconds);
  const first = consumed.offsets[user] as number;
  const isMet = (item: number): boolean => {
    const end = first + (consumed.counts[user] as number);
    for (let at = first; at < end; at++) if (consumed.items[at] === item) return true;
    return false;
  };
  const { repeat, dwell } = world.preset;
  const isOpen = (item: number): boolean => !isMet(item) || (repeat > 0 && random.next() < repeat);
  let topic = -1;
  let second = start;
  for (let left = visit.size; left > 0; ) {
    const item = chooser.choose(topic >= 0 && random.next() < dwell ? topic : -1, repeat > 0 ? (one) => !isOpen(one) : isMet);
    topic = world.topic[item] as number;
    if (!isMet(item)) {
      consumed.items[first + (consumed.counts[user] as number)] = item;
      consumed.counts[user] = (consumed.counts[user] as number) + 1;
    }
    const liking = Math.max(-2, Math.min(2, chooser.appeal(item) / 2.5));
    const steps = Math.min(left, funnel(random, liking));
    for (let type = 0; type < steps; type++) {
      const seen = type === 0 ? Math.round(100 * logistic(0.6 * liking + 0.8 * random.normal())) : -1;
      agenda.add(Math.min(second, start + horizon - 1), { user, item, type, seen, session: visit.session });
      second += 3 + random.integer(60);
    }
    left -= steps;
    second += 20 + random.integer(180);
  }
}

/** How far an item leads: 1 view, 2 click, 3 like, 4 share; the further, the more it is liked. */
function funnel(random: Random, liking: number): number {
  if (random.next() >= logistic(-0.5 + 0.6 * liking)) return 1;
  if (random.next() >= logistic(-0.8 + 0.7 * liking)) return 2;
  return random.next() >= logistic(-1.3 + 0.5 * liking) ? 3 : 4;
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

type Planned = Omit<GeneratedEvent, 'timestampMs'>;

/** Events that are planned but not told yet, by second, in a ring that is as long as a session can be. */
class Agenda {
  private readonly ring: (Planned[] | undefined)[] = new Array(horizon * 2);
  private second = 0;

  add(second: number, event: Planned): void {
    const slot = second % this.ring.length;
    const there = this.ring[slot];
    if (there === undefined) this.ring[slot] = [event];
    else there.push(event);
  }

  /** All events before a second, in the order of time. */
  *until(second: number): Generator<GeneratedEvent> {
    for (; this.second < second; this.second++) {
      const slot = this.second % this.ring.length;
      const events = this.ring[slot];
      if (events === undefined) continue;
      this.ring[slot] = undefined;
      for (let i = 0; i < events.length; i++) {
        yield { ...(events[i] as Planned), timestampMs: firstMomentMs + this.second * 1000 + Math.min(i, 999) };
      }
    }
  }
}
