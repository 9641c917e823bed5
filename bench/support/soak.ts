import { createRandom } from '../../engine/math/random.ts';
import { startManyClients } from './many-clients.ts';
import type { ServerChild } from './server-child.ts';

interface Options {
  minutes: number;
  swapMinutes: number;
  bundles: string[];
  users: number;
  items: number;
  residentMb(pid: number): Promise<number>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The slope of a line through the points, by least squares. */
function slope(points: [x: number, y: number][]): number {
  const mean = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const above = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return above / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

/** 100 lists a second, 10 events a second and a swap now and then; the first third warms up, and of the rest the slope of memory is measured. */
export async function soak(server: ServerChild, options: Options): Promise<{ text: string }> {
  const { minutes, swapMinutes, bundles, users, items, residentMb } = options;
  const random = createRandom(9, 'soak');
  const points: [x: number, y: number][] = [];
  let [good, bad, events, swaps] = [0, 0, 0, 0];
  const clients = startManyClients({
    port: Number(new URL(server.url).port),
    connections: 10,
    rate: 100,
    path: () => `/recommend/u${random.integer(users)}?k=10`,
    onEnd(ending) {
      if (ending === 200) good += 1;
      else bad += 1;
    },
  });
  const began = performance.now();
  for (let second = 1; second <= minutes * 60; second++) {
    const sent = Array.from({ length: 10 }, () => ({ user_id: `u${random.integer(users)}`, item_id: `i${random.integer(items)}` }));
    const { status } = await fetch(`${server.url}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sent),
    });
    if (status === 202) events += sent.length;
    else bad += 1;
    if (second % (swapMinutes * 60) === 0) await server.swap(bundles[++swaps % bundles.length] as string);
    const minute = (performance.now() - began) / 60_000;
    if (second % 5 === 0) points.push([minute / 60, await residentMb(server.pid)]);
    await pause(Math.max(0, second * 1000 - (performance.now() - began)));
  }
  await clients.stop();
  const warm = points.slice(Math.floor(points.length / 3));
  const perHour = slope(warm);
  const text = `${minutes} minutes: ${good} lists and ${events} events answered, ${swaps} swaps, ${bad} failures; RSS ${points[0]?.[1]} MB at the start, ${warm[0]?.[1]} MB warm, ${warm.at(-1)?.[1]} MB at the end: ${perHour.toFixed(1)} MB an hour.`;
  return { text };
}
