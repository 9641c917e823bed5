import { z } from 'zod';
import { EntityId, MiB, type Route } from './route.ts';

/**
 * Which stage made a list: the ranker over candidates, retrieval alone, a list made earlier where these were too slow or failed, popularity, or,
 * where nothing else was left, chance.
 */
export const Source = z.enum(['ranker', 'retrieval', 'cached', 'popularity', 'random']);
export type Source = z.infer<typeof Source>;

/** What was known of the user: learned in training, by events since, by items or attributes that came with the request, or nothing. */
export const Basis = z.enum(['user', 'events', 'items', 'attributes', 'nothing']);
export type Basis = z.infer<typeof Basis>;

/** Which stage gave way to a simpler one, and why; absent where all did their work. */
export const Degraded = z.enum(['ranker_failed', 'ranker_slow', 'retrieval_failed', 'retrieval_slow', 'popularity_failed']);
export type Degraded = z.infer<typeof Degraded>;

/** Why an item is in a list. */
export const Explanation = z.object({
  /** What the user has had that is nearest to the item, by cosine, nearest first. */
  because: z.array(z.object({ item_id: z.string(), similarity: z.number() })),
  /** Attribute values that the item shares with these. */
  shared: z.record(z.string(), z.array(z.string())),
  text: z.string(),
});

export const RecommendedItem = z.object({
  item_id: z.string(),
  score: z.number(),
  rank: z.number().int(),
  explanation: Explanation.optional(),
});
export type RecommendedItem = z.infer<typeof RecommendedItem>;

const listFields = {
  request_id: z.string(),
  user_id: z.string(),
  source: Source,
  basis: Basis,
  degraded: Degraded.optional(),
  /** The list was made by an earlier request, for the same user in the same state. */
  cached: z.boolean(),
  model: z.string(),
  model_version: z.string(),
};

export const RecommendAnswer = z.object({ ...listFields, experiment: z.string().nullable(), items: z.array(RecommendedItem) });
export type RecommendAnswer = z.infer<typeof RecommendAnswer>;

export const SimilarAnswer = z.object({
  request_id: z.string(),
  item_id: z.string(),
  model_version: z.string(),
  items: z.array(RecommendedItem),
});
export type SimilarAnswer = z.infer<typeof SimilarAnswer>;

export const SuggestAnswer = z.object({
  ...listFields,
  propositions: z.array(RecommendedItem),
  /** Candidates that the bundle does not know. */
  unknown: z.array(z.string()),
});

/** Where a feed comes from, in the words of feed clients. */
export const FeedSource = z.enum(['ml_recommendations', 'cache', 'popularity_fallback', 'random_fallback']);

export const FeedAnswer = z.object({
  items: z.array(RecommendedItem),
  /** For the next page; null at the end. */
  next_cursor: z.string().nullable(),
  metadata: z.object({
    source: FeedSource,
    user_id: z.string(),
    request_id: z.string(),
    model_version: z.string(),
    degraded: Degraded.optional(),
    /** The list that the cursor was of had expired: the page is of a new one. */
    restarted: z.boolean().optional(),
  }),
});

export const BatchAnswer = z.object({ request_id: z.string(), model_version: z.string(), lists: z.array(RecommendAnswer) });

const count = z.number().int().min(1).max(500);
const k = count.default(10).describe('How many items');
const filter = z.string().min(1).max(1000).describe('Only items with these attributes, such as type:video AND difficulty<3').optional();
const ids = z.array(EntityId).max(500);

/** How a list is made, whichever route asks for it. */
const options = {
  filter,
  exclude: ids.describe('Items that are left out').optional(),
  items: z.array(EntityId).max(200).describe('What the user has had in this session, oldest first: for who is unknown').optional(),
  seen: z
    .array(z.string().min(1).max(100))
    .max(50)
    .describe('Which of the items that the user has had are left out: all (the default), none, or those of these event types')
    .optional(),
  diversity: z.number().min(0).max(1).describe('0 takes the best, 1 the most different (maximal marginal relevance)').optional(),
  explain: z.boolean().describe('Say why each item is in the list').optional(),
  deadline_ms: z.number().int().min(1).max(30_000).describe('After so long a simpler stage answers (300)').optional(),
};

const inQuery = {
  ...options,
  attributes: z.string().max(2000).describe('What is known of a new user, as a JSON object: {"age": "25-34"}').optional(),
  context: z.string().max(2000).describe('Where the list is shown, as a JSON object; it is kept with the trace').optional(),
};

const flatValues = z.record(z.string().max(100), z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]));
const inBody = { ...options, attributes: flatValues.optional(), context: flatValues.optional() };

export const recommendRoutes = {
  recommend: {
    method: 'GET',
    path: '/recommend/{user_id}',
    summary: 'The top k items for a user; items seen in training or reported since are left out',
    role: 'viewer',
    params: z.object({ user_id: EntityId }),
    query: z.object({ k, ...inQuery }),
    success: 200,
    answer: RecommendAnswer,
  },
  recommendByQuery: {
    method: 'GET',
    path: '/recommend',
    summary: 'The same with the user in the query, for ids that do not fit a path',
    role: 'viewer',
    query: z.object({ user_id: EntityId, k, ...inQuery }),
    success: 200,
    answer: RecommendAnswer,
  },
  recommendBatch: {
    method: 'POST',
    path: '/recommend/batch',
    summary: 'Lists for up to 1,000 users; one line of JSON a user where the client accepts application/x-ndjson',
    role: 'viewer',
    body: z.strictObject({ user_ids: z.array(EntityId).min(1).max(1000), k, ...inBody }),
    bodyLimit: MiB,
    success: 200,
    answer: BatchAnswer,
    lines: true,
  },
  similar: {
    method: 'GET',
    path: '/similar/{item_id}',
    summary: 'The nearest items',
    role: 'viewer',
    params: z.object({ item_id: EntityId }),
    query: z.object({ k, filter, exclude: options.exclude }),
    success: 200,
    answer: SimilarAnswer,
    mayMiss: true,
  },
  suggest: {
    method: 'POST',
    path: '/suggest',
    summary: 'Ranks the given candidates for a user, or proposes some',
    role: 'viewer',
    body: z.strictObject({ user_id: EntityId, candidates: ids.min(1).optional(), k, ...inBody }),
    bodyLimit: MiB,
    success: 200,
    answer: SuggestAnswer,
  },
  feed: {
    method: 'GET',
    path: '/api/feeds',
    summary: 'A feed, page by page; the cursor stays good when the bundle changes',
    role: 'viewer',
    query: z.object({
      user_id: EntityId,
      limit: z.number().int().min(1).max(100).default(20).describe('Items a page'),
      cursor: z.string().min(1).max(200).describe('next_cursor of the page before').optional(),
      filter,
      exclude: options.exclude,
    }),
    success: 200,
    answer: FeedAnswer,
  },
} as const satisfies Record<string, Route>;
