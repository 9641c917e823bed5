/** Every view of the window, by the name in its test ids. */
export const viewNames = ['home', 'data', 'explore', 'sql', 'models', 'playground', 'serve', 'jobs'] as const;
