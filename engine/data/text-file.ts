import { type FileHandle, open } from 'node:fs/promises';

const bufferedCharacters = 1 << 20;

/** A text file that is written line by line, with a bounded buffer. */
export class TextFile {
  private readonly handle: FileHandle;
  private parts: string[] = [];
  private size = 0;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  static async create(file: string): Promise<TextFile> {
    return new TextFile(await open(file, 'w'));
  }

  /** Whether the buffer is full, and `flush` is due. */
  line(text: string): boolean {
    this.parts.push(text, '\n');
    this.size += text.length + 1;
    return this.size > bufferedCharacters;
  }

  async flush(): Promise<void> {
    const text = this.parts.join('');
    this.parts = [];
    this.size = 0;
    await this.handle.writeFile(text);
  }

  /** Writes what is left and makes the file durable. */
  async close(): Promise<void> {
    try {
      await this.flush();
      await this.handle.sync();
    } finally {
      await this.handle.close();
    }
  }

  /** Closes without writing the rest. */
  async abandon(): Promise<void> {
    await this.handle.close();
  }
}
