/** Every view of the window, by the name in its test ids. */
export const viewNames = ['home', 'data', 'models', 'playground', 'serve', 'jobs'] as const;
