import type { ColumnMapping, Entity } from '#contract/data';

/** The roles a column can play in each table, with what they are called in the list. */
const roles: Record<Entity, readonly [string, string][]> = {
  interactions: [
    ['user', 'User'],
    ['item', 'Item'],
    ['type', 'Event type'],
    ['value', 'Value (rating, price)'],
    ['timestamp', 'Time'],
    ['event', 'Event id'],
    ['session', 'Session'],
  ],
  users: [['user', 'User']],
  items: [['item', 'Item']],
};

const required: Record<Entity, readonly string[]> = { interactions: ['user', 'item'], users: ['user'], items: ['item'] };

export const rolesOf = (entity: Entity): readonly [string, string][] => roles[entity];

/** What a column without a role becomes. */
export const withoutRole = (entity: Entity): string => (entity === 'interactions' ? 'Ignored' : 'Attribute');

export function roleOfColumn(mapping: ColumnMapping, column: string): string | undefined {
  return Object.entries(mapping).find(([, name]) => name === column)?.[0];
}

/**
 * What was chosen against the guess, after a column got a role, or none: `mapping` is what holds now, `chosen` what was chosen before. A role that is taken away is
 * there with an empty name.
 */
export function assignRole(mapping: ColumnMapping, chosen: ColumnMapping, column: string, role: string | undefined): ColumnMapping {
  const others = Object.entries(chosen).filter(([name, of]) => of !== column && name !== role);
  const old = roleOfColumn(mapping, column);
  const taken = old !== undefined && old !== role ? [[old, '']] : [];
  return Object.fromEntries([...others, ...taken, ...(role === undefined ? [] : [[role, column]])]);
}

/** Required roles that no column has, in words; nothing where all are there. */
export function mappingProblem(entity: Entity, mapping: ColumnMapping): string | undefined {
  const missing = required[entity].filter((role) => mapping[role] === undefined);
  if (missing.length === 0) return undefined;
  const names = missing.map((role) => roles[entity].find(([id]) => id === role)?.[1].toLowerCase() ?? role);
  return `No column is the ${names.join(' and the ')} yet: choose one in the head of the table.`;
}
