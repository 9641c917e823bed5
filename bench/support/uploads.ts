export async function benchUploads(_folder: string, _rows: number): Promise<string[]> {
  return [];
}
