/**
 * Settings that validation is to choose among: of each that was left open the choice's value, and of the others what was given; each combination once, in the
 * order of the choices.
 * @param open values that leave a setting open, where that is not 0
 */
export function openChoices<C extends Record<string, number>>(
  choices: readonly C[],
  given: { [K in keyof C]: number },
  open: { [K in keyof C]?: number } = {},
): C[] {
  const filled = choices.map((choice) => {
    const entries = Object.entries(choice).map(([name, value]) => [name, given[name] === (open[name] ?? 0) ? value : given[name]]);
    return Object.fromEntries(entries) as C;
  });
  const keys = filled.map((choice) => JSON.stringify(choice));
  return filled.filter((_, at) => keys.indexOf(keys[at] as string) === at);
}
