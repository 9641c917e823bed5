/**
 * Settings that validation is to choose among: of each that was left open, as 0, the choice's value, and of the others what was given; each combination once, in the
 * order of the choices.
 */
export function openChoices<C extends Record<string, number>>(choices: readonly C[], given: { [K in keyof C]: number }): C[] {
  const filled = choices.map((choice) => {
    const entries = Object.entries(choice).map(([name, value]) => [name, given[name] || value]);
    return Object.fromEntries(entries) as C;
  });
  const keys = filled.map((choice) => JSON.stringify(choice));
  return filled.filter((_, at) => keys.indexOf(keys[at] as string) === at);
}
