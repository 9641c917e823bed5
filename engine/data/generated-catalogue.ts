/** The words that generated data is made of. Their order is part of the data: the same seed gives the same bytes. */

export const topics = [
  ...['astronomy', 'biology', 'cooking', 'data', 'design', 'finance', 'fitness', 'gardening'],
  ...['history', 'languages', 'marketing', 'music', 'photography', 'physics', 'programming', 'writing'],
] as const;

const facets = ['basics', 'methods', 'tools', 'stories'] as const;

/** Tags of topic t are the four from 4t on. */
export const tags: string[] = topics.flatMap((topic) => facets.map((facet) => `${topic}-${facet}`));
export const tagsPerTopic = facets.length;

export const contentTypes = ['video', 'article', 'quiz'] as const;
export const contentTypeShares = [0.45, 0.4, 0.15] as const;

export const cohorts = ['student', 'professional', 'hobbyist', 'teacher', 'researcher', 'newcomer'] as const;

export const eventTypes = ['view', 'click', 'like', 'share'] as const;
