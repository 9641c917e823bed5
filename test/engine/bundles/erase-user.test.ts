import path from 'node:path';
import { expect, test } from 'vitest';
import { bundleRowOf, writeBundleWithoutUser } from '../../../engine/bundles/erase-user.ts';
import { readBundle } from '../../../engine/bundles/read-bundle.ts';
import { writeBundle } from '../../../engine/bundles/write-bundle.ts';
import { withFolder } from '../../support/folders.ts';
import { sampleContents } from './sample-contents.ts';

test('a bundle without a user says all the rest as before, and is as old', () =>
  withFolder(async (folder) => {
    const contents = sampleContents({ users: 6 });
    const [from, to] = [path.join(folder, 'a'), path.join(folder, 'b')];
    contents.attributes.users = {
      rows: 6,
      categories: [
        { name: 'email', vocabulary: ['a@x', 'b@x', 'c@x'], codes: Int32Array.of(0, 1, 2, -1, 2, -1) },
        { name: 'shared', vocabulary: ['one', 'two'], codes: Int32Array.of(1, 0, 0, 1, 1, 1) },
      ],
      lists: [
        { name: 'likes', vocabulary: ['p', 'q', 'r'], offsets: Int32Array.of(0, 1, 3, 4, 4, 4, 4), codes: Int32Array.of(0, 1, 2, 2) },
      ],
      numbers: [{ name: 'age', values: Float64Array.of(30, 41, Number.NaN, 0, 50, 60) }],
    };
    await writeBundle(from, contents);
    const before = await readBundle(from);
    // Numbers that are missing come back as such.
    expect([...(before.attributes.users.numbers[0]?.values ?? [])]).toEqual([30, 41, Number.NaN, 0, 50, 60]);
    const userId = before.userIds[1] as string;
    expect(await bundleRowOf(from, userId)).toBe(1);
    await writeBundleWithoutUser({ from, to, version: 'v1-e1', userId, standIn: 'erased-1' });
    expect(await bundleRowOf(to, userId)).toBe(-1);
    const after = await readBundle(to);
    const { version: _, files: __, checksum: ___, ...manifest } = before.manifest;
    expect(after.manifest).toMatchObject({ ...manifest, version: 'v1-e1' });
    expect(after.userIds).toEqual(before.userIds.with(1, 'erased-1'));
    const { columns, data } = after.userEmbeddings;
    expect([...data.subarray(columns, 2 * columns)]).toEqual(new Array(columns).fill(0));
    expect([...data.subarray(0, columns), ...data.subarray(2 * columns)]).toEqual([
      ...before.userEmbeddings.data.subarray(0, columns),
      ...before.userEmbeddings.data.subarray(2 * columns),
    ]);
    expect([...after.known]).toEqual([...before.known.with(1, 0)]);
    const seen = ({ seen: { indptr, indices } }: typeof after): number[][] =>
      Array.from({ length: 6 }, (_, row) => [...indices.subarray(indptr[row], indptr[row + 1])]);
    expect(seen(before)[1]?.length).toBeGreaterThan(0);
    expect(seen(after)).toEqual(seen(before).with(1, []));
    expect(after.itemEmbeddings).toEqual(before.itemEmbeddings);
    expect(after.attributes.items).toEqual(before.attributes.items);
    expect(after.attributes.users).toEqual({
      rows: 6,
      categories: [
        { name: 'email', vocabulary: ['a@x', 'c@x'], codes: Int32Array.of(0, -1, 1, -1, 1, -1) },
        { name: 'shared', vocabulary: ['one', 'two'], codes: Int32Array.of(1, -1, 0, 1, 1, 1) },
      ],
      lists: [{ name: 'likes', vocabulary: ['p', 'r'], offsets: Int32Array.of(0, 1, 1, 2, 2, 2, 2), codes: Int32Array.of(0, 1) }],
      numbers: [{ name: 'age', values: Float64Array.of(30, Number.NaN, Number.NaN, 0, 50, 60) }],
    });
    expect(after.ranker?.['features.user.events']?.data[1]).toBe(0);
    expect(after.ranker?.['features.item.events']).toEqual(before.ranker?.['features.item.events']);
  }));
