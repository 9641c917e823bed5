import { dataView } from './data/data.view.ts';
import { exploreView } from './explore/explore.view.ts';
import { homeView } from './home/home.view.ts';
import { jobsView } from './jobs/jobs.view.ts';
import { modelsView } from './models/models.view.ts';
import { playgroundView } from './playground/playground.view.ts';
import { serveView } from './serve/serve.view.ts';
import { sqlView } from './sql/sql.view.ts';
import type { View } from './view.ts';

/** Every view, in the order of the navigation. */
export const views: readonly View[] = [homeView, dataView, exploreView, modelsView, playgroundView, serveView, jobsView, sqlView].sort(
  (a, b) => a.order - b.order,
);
