import type { LoadedBundle } from '../bundles/contents.ts';

/** What a request says of somebody new. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** A value says something of taste from so many users on. */
const fewestUsers = 5;

/** Users who share a value: their mean vector, worked out when it is first asked for; null where they are too few. */
type Means = (value: string) => Float32Array | null;

function meansOf(bundle: LoadedBundle, rowsWith: (value: string) => number[]): Means {
  const { columns, data } = bundle.userEmbeddings;
  const kept = new Map<string, Float32Array | null>();
  return (value) => {
    const known = kept.get(value);
    if (known !== undefined) return known;
    const rows = rowsWith(value).filter((row) => bundle.known[row] === 1);
    const mean = rows.length < fewestUsers ? null : new Float32Array(columns);
    for (const row of mean ? rows : [])
      for (let i = 0; i < columns; i++)
        (mean as Float32Array)[i] = ((mean as Float32Array)[i] as number) + (data[row * columns + i] as number) / rows.length;
    // Words that no user has are not kept: requests could make any number of them.
    if (rows.length > 0) kept.set(value, mean);
    return mean;
  };
}

/**
 * The taste of somebody of whom only attributes are known: the mean of the mean vectors of those who share each of them. Categories and lists count; a name or
 * value that the bundle's users do not have is passed over. Null where nothing is left.
 */
export function createAttributeVectors(bundle: LoadedBundle): (attributes: Attributes) => Float32Array | null {
  const { categories, lists } = bundle.attributes.users;
  const columns = new Map<string, Means>();
  for (const { name, vocabulary, codes } of categories) {
    const codeOf = new Map(vocabulary.map((word, code) => [word, code]));
    columns.set(
      name,
      meansOf(bundle, (value) => {
        const code = codeOf.get(value);
        return code === undefined ? [] : [...codes.keys()].filter((row) => codes[row] === code);
      }),
    );
  }
  for (const { name, vocabulary, offsets, codes } of lists) {
    const codeOf = new Map(vocabulary.map((word, code) => [word, code]));
    columns.set(
      name,
      meansOf(bundle, (value) => {
        const code = codeOf.get(value);
        if (code === undefined) return [];
        return bundle.userIds.flatMap((_, row) => (codes.subarray(offsets[row], offsets[row + 1]).includes(code) ? [row] : []));
      }),
    );
  }
  return (attributes) => {
    const means = Object.entries(attributes).flatMap(([name, value]) => {
      const mean = value === null ? null : columns.get(name)?.(String(value));
      return mean ? [mean] : [];
    });
    const [first] = means;
    if (!first) return null;
    return first.map((_, i) => means.reduce((sum, mean) => sum + (mean[i] as number), 0) / means.length);
  };
}
