/** What the window may ask of the main process. Apart from their schemas, so that the preload script carries no zod. */
export const channelNames = ['engine.connect', 'dialog.choose', 'dialog.save', 'theme.set', 'clipboard.copy', 'folder.show'] as const;
export type Channel = (typeof channelNames)[number];

/** What the main process tells the window. */
export const engineStateChannel = 'engine.state';
export const enginePortChannel = 'engine.port';
