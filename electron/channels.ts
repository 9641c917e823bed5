import { z } from 'zod';
import type { Channel } from './channel-names.ts';

/** The shape of each question that the window may ask. The preload script is the only sender. */
export const channels = {
  'engine.connect': z.undefined(),
  'dialog.choose': z.enum(['data', 'folder', 'workspace', 'newWorkspace']),
  'dialog.save': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^/\\\\]+$/),
  'theme.set': z.enum(['light', 'dark', 'system']),
  'clipboard.copy': z.string().max(5_000_000),
  'folder.show': z.string().min(1).max(4096),
} satisfies Record<Channel, z.ZodType>;

export type Payload<C extends Channel> = z.output<(typeof channels)[C]>;
