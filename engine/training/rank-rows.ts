import type { RankingFeatures } from '../features/ranking-features.ts';
import type { Interactions } from '../math/arrays.ts';
import type { RankingRows } from '../models/ranking-model.ts';
import type { RankRequests } from './rank-candidates.ts';
import type { RankHistory } from './rank-history.ts';

/** Walks through the interactions once, in the order of time, and writes the rows of requests as they come by. */
export interface FeatureReplay {
  /** Rows of requests that lie after everything that was replayed so far. */
  rowsOf(requests: RankRequests): RankingRows;
  /** Observes what is left, so that the state is that of the end of the data. */
  finish(): void;
}

/** Before a request's rows are written, the features have seen every interaction of earlier seconds, and nothing of the request's own. */
export function createFeatureReplay(features: RankingFeatures, interactions: Interactions, history: RankHistory): FeatureReplay {
  const { users, items, timestamps, weights } = interactions;
  let observed = 0;
  const observeUntil = (end: number): void => {
    for (; observed < end; observed++) {
      features.observe(users[observed] as number, items[observed] as number, timestamps[observed] as number, weights[observed] as number);
    }
  };
  return {
    rowsOf({ positions, users: requestUsers, offsets, candidates }) {
      const { width, blocks } = features;
      const data = new Float32Array(candidates.length * width);
      const labels = new Uint8Array(candidates.length);
      for (let r = 0; r < positions.length; r++) {
        const position = positions[r] as number;
        observeUntil(history.secondStart[position] as number);
        const start = offsets[r] as number;
        labels[start] = 1;
        const time = timestamps[position] as number;
        const user = requestUsers[r] as number;
        features.writeUser(user, time, data, start * width + blocks.user.start);
        for (let row = start; row < (offsets[r + 1] as number); row++) {
          // The user's share is the same for all candidates of a request.
          if (row > start) data.copyWithin(row * width, start * width, start * width + blocks.user.end);
          features.writeItem(candidates[row] as number, time, data, row * width + blocks.item.start);
          features.writeCross(user, candidates[row] as number, data, row * width + blocks.cross.start);
        }
      }
      return { features: { rows: candidates.length, columns: width, data }, labels, offsets, users: requestUsers };
    },
    finish: () => observeUntil(users.length),
  };
}
