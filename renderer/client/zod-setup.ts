import { config } from 'zod';

// The page's policy forbids evaluated code, which zod would otherwise try first. Must run before a schema is made.
config({ jitless: true });
